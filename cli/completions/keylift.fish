# fish completion for keylift. Made by scripts/cli-docs from the table of options: do not edit.
complete -c keylift -f
complete -c keylift -n __fish_use_subcommand -a scan -d 'report hard-coded secrets; change nothing'
complete -c keylift -n __fish_use_subcommand -a plan -d 'show what migrate would do, and write nothing'
complete -c keylift -n __fish_use_subcommand -a migrate -d 'put secrets into a vault, read them back, rewrite the code'
complete -c keylift -n __fish_use_subcommand -a upload -d 'the first half of migrate: put and read back; no code changes'
complete -c keylift -n __fish_use_subcommand -a rewrite -d 'the second half of migrate: only for values that the vault holds'
complete -c keylift -n __fish_use_subcommand -a put -d 'store one value, typed without echo or from standard input'
complete -c keylift -n __fish_use_subcommand -a runs -d 'list what was changed here, and when'
complete -c keylift -n __fish_use_subcommand -a undo -d 'take a run back: the exact old source, with the values of the vault'
complete -c keylift -n __fish_use_subcommand -a env -d 'list every environment variable that the code reads'
complete -c keylift -n __fish_use_subcommand -a baseline -d 'accept what is there for now, so that only new findings fail'
complete -c keylift -n __fish_use_subcommand -a rules -d 'list the rules, show one, or test a rule file of your own'
complete -c keylift -n __fish_use_subcommand -a vaults -d 'list the vaults, or check that one can be used'
complete -c keylift -n __fish_use_subcommand -a help -d 'explain keylift, or one command'
complete -c keylift -n __fish_use_subcommand -a version -d 'print the version'
complete -c keylift -n '__fish_seen_subcommand_from scan' -F
complete -c keylift -n '__fish_seen_subcommand_from plan' -F
complete -c keylift -n '__fish_seen_subcommand_from migrate' -F
complete -c keylift -n '__fish_seen_subcommand_from upload' -F
complete -c keylift -n '__fish_seen_subcommand_from rewrite' -F
complete -c keylift -n '__fish_seen_subcommand_from env' -F
complete -c keylift -n '__fish_seen_subcommand_from baseline' -F
complete -c keylift -n '__fish_seen_subcommand_from rules' -F
complete -c keylift -n '__fish_seen_subcommand_from rules' -a list
complete -c keylift -n '__fish_seen_subcommand_from rules' -a show
complete -c keylift -n '__fish_seen_subcommand_from rules' -a test
complete -c keylift -n '__fish_seen_subcommand_from vaults' -a list
complete -c keylift -n '__fish_seen_subcommand_from vaults' -a check
complete -c keylift -l staged -n '__fish_seen_subcommand_from scan plan migrate' -d 'look at what is staged for the next commit, not at the files'
complete -c keylift -l stdin-filename -n '__fish_seen_subcommand_from scan env' -x -d 'name of what comes from standard input (PATH is "-"); it decides whether that is read as Python'
complete -c keylift -l exclude -n '__fish_seen_subcommand_from scan plan migrate upload rewrite env baseline' -r -F -d 'leave out paths that match, as in a .gitignore; may be repeated'
complete -c keylift -l no-gitignore -n '__fish_seen_subcommand_from scan plan migrate upload rewrite env baseline' -d 'scan files that git ignores, too'
complete -c keylift -l rules -n '__fish_seen_subcommand_from scan plan migrate upload rewrite env baseline' -x -d 'use these rules alone; "keylift rules list" names them'
complete -c keylift -l skip-rules -n '__fish_seen_subcommand_from scan plan migrate upload rewrite env baseline' -x -d 'do not use these rules'
complete -c keylift -l rules-file -n '__fish_seen_subcommand_from scan plan migrate upload rewrite env baseline rules' -r -F -d 'add the rules of a TOML file; may be repeated'
complete -c keylift -l min-confidence -n '__fish_seen_subcommand_from scan plan migrate upload rewrite env baseline' -x -d 'leave out findings that are less certain than P, from 0 to 1'
complete -c keylift -l jobs -n '__fish_seen_subcommand_from scan plan migrate upload rewrite env baseline' -x -d 'threads (default: one a processor)'
complete -c keylift -l exhaustive -n '__fish_seen_subcommand_from scan plan migrate upload rewrite env baseline' -d 'try every rule on every string: slow, and must find the same'
complete -c keylift -l format -n '__fish_seen_subcommand_from scan plan migrate upload rewrite runs env' -x -a 'text json jsonl sarif csv junit gitlab github' -d 'how to report (default: text)'
complete -c keylift -l output -n '__fish_seen_subcommand_from scan env' -s o -r -F -d 'write the report to FILE, and only the counts to standard output'
complete -c keylift -l fail-on -n '__fish_seen_subcommand_from scan' -x -a 'low medium high' -d 'end with status 1 only for findings of this severity or above (default: medium)'
complete -c keylift -l show-suppressed -n '__fish_seen_subcommand_from scan' -d 'list silenced findings, too; they never change the status'
complete -c keylift -l report-env -n '__fish_seen_subcommand_from scan' -x -a 'all secrets none' -d 'which reads of environment variables to report (default: all)'
complete -c keylift -l baseline -n '__fish_seen_subcommand_from scan baseline' -r -F -d 'the accepted findings (default: .keylift-baseline.json at the top of the repository, if it is there)'
complete -c keylift -l accept-all -n '__fish_seen_subcommand_from baseline' -d 'take in every finding that the baseline does not have; needs --reason'
complete -c keylift -l reason -n '__fish_seen_subcommand_from baseline' -x -d 'why the new entries may stay'
complete -c keylift -l owner -n '__fish_seen_subcommand_from baseline' -x -d 'who answers for the new entries'
complete -c keylift -l expires -n '__fish_seen_subcommand_from baseline' -x -d 'last day of the new entries, such as 2027-01-31; after it their findings count again'
complete -c keylift -l prune -n '__fish_seen_subcommand_from baseline' -d 'drop entries that have no finding any more'
complete -c keylift -l import -n '__fish_seen_subcommand_from baseline' -r -F -d 'accept what a baseline of detect-secrets, a .gitleaksignore or a JSON report of gitleaks names'
complete -c keylift -l unite -n '__fish_seen_subcommand_from baseline' -d 'git\'s merge driver: BASE OURS THEIRS instead of paths; the united baseline goes into OURS'
complete -c keylift -l to -n '__fish_seen_subcommand_from plan migrate upload rewrite put undo vaults' -x -a 'dotenv environ' -d 'where the secrets go (default: dotenv); "keylift vaults list" names the vaults'
complete -c keylift -l dotenv-file -n '__fish_seen_subcommand_from plan migrate upload rewrite put vaults' -r -F -d 'the file that holds the secrets, relative to the project (default: .env)'
complete -c keylift -l style -n '__fish_seen_subcommand_from plan migrate rewrite' -x -a 'inline' -d 'where the new code reads a secret; inline: at the place of the literal'
complete -c keylift -l env-reads -n '__fish_seen_subcommand_from plan migrate rewrite' -x -a 'none' -d 'which reads of environment variables become reads of the vault (with dotenv: none)'
complete -c keylift -l with-values -n '__fish_seen_subcommand_from upload' -r -F -d 'upload the values of the secrets that the code reads from environment variables, too: from this .env file, or from the current environment'
complete -c keylift -l env-names -n '__fish_seen_subcommand_from upload' -x -d 'with --with-values: these variables as well, whatever they look like'
complete -c keylift -l site -n '__fish_seen_subcommand_from plan migrate upload rewrite' -r -F -d 'take the literal at this place as well, whatever it is; may be repeated'
complete -c keylift -l include-tests -n '__fish_seen_subcommand_from plan migrate upload rewrite' -d 'take findings of tests and examples, and low ones, as well'
complete -c keylift -l prefix -n '__fish_seen_subcommand_from plan migrate upload rewrite put vaults' -x -d 'put P before every name'
complete -c keylift -l on-conflict -n '__fish_seen_subcommand_from plan migrate upload rewrite' -x -a 'fail reuse version rename' -d 'when the vault has another value under a name (default: fail; in a .env file: rename)'
complete -c keylift -l allow-dirty -n '__fish_seen_subcommand_from plan migrate rewrite' -d 'change files with unstaged changes, too'
complete -c keylift -l allow-ephemeral -n '__fish_seen_subcommand_from plan migrate upload rewrite put' -d 'accept a vault that may forget what it holds'
complete -c keylift -l yes -n '__fish_seen_subcommand_from migrate upload rewrite put undo baseline' -d 'do not ask; needed where there is no terminal'
complete -c keylift -l dry-run -n '__fish_seen_subcommand_from migrate upload rewrite undo' -d 'show what would be done; write nothing'
complete -c keylift -l config -r -F -d 'read this configuration, not that of the scanned tree'
complete -c keylift -l no-config -d 'read no configuration, and honour no comment that silences a finding'
complete -c keylift -l quiet -s q -d 'say only what is needed: the summary, and errors'
complete -c keylift -l verbose -s v -d 'say more; -vv: also a line for each request to a vault, never with a value or a token'
complete -c keylift -l color -x -a 'auto always never' -d 'colour the output (default: on a terminal)'
complete -c keylift -l no-progress -d 'show no progress while working'
complete -c keylift -l version -d 'print the version and stop'
complete -c keylift -l help -s h -d 'print this help and stop'
