/* cases.h: what every vault must do: one function a case, for cmocka. */
#ifndef KEYLIFT_TESTS_CONFORMANCE_CASES_H
#define KEYLIFT_TESTS_CONFORMANCE_CASES_H

void an_absent_name_is_not_found(void **state);
void what_is_put_comes_back_latest_and_by_version(void **state);
void get_tells_the_version_that_put_told(void **state);
void a_second_put_conflicts_and_changes_nothing(void **state);
void an_equal_put_makes_no_second_version(void **state);
void a_version_replaces_and_the_old_one_is_told_apart(void **state);
void a_name_that_is_not_there_gets_no_version(void **state);
void a_version_says_nothing_of_its_value(void **state);
void a_value_is_held_exactly_or_refused_by_name(void **state);
void a_value_beyond_the_limit_is_refused_before_it_is_sent(void **state);
void the_longest_value_that_is_accepted_is_held(void **state);
void bytes_stay_bytes_and_text_stays_text(void **state);
void different_names_are_stored_apart(void **state);
void list_names_each_once(void **state);
void list_goes_on_over_all_pages(void **state);
void many_names_are_asked_at_once(void **state);
void of_eight_puts_at_once_one_wins(void **state);
void eight_threads_store_apart(void **state);
void identity_and_check_say_whose_it_is_without_a_value(void **state);
void what_others_made_gets_no_version(void **state);

#endif
