# bash completion for keylift. Made by scripts/cli-docs from the table of options: do not edit.
_keylift() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} != -* ]] && { command=${COMP_WORDS[i]}; break; }
    done
    case $previous in
        --since) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --hook) mapfile -t COMPREPLY < <(compgen -W "pre-commit pre-push pre-receive" -- "$current"); return ;;
        --remote) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --stdin-filename) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --exclude) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --rules) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --skip-rules) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --rules-file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --min-confidence) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --jobs) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --format) mapfile -t COMPREPLY < <(compgen -W "text json html jsonl sarif csv junit gitlab github markdown dotenv" -- "$current"); return ;;
        -o|--output) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --also) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --fail-on) mapfile -t COMPREPLY < <(compgen -W "low medium high" -- "$current"); return ;;
        --report-env) mapfile -t COMPREPLY < <(compgen -W "all secrets none" -- "$current"); return ;;
        --verify) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --fingerprint-key-file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --baseline) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --reason) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --owner) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --expires) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --import) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --to) mapfile -t COMPREPLY < <(compgen -W "dotenv environ aws azure gcp vault exec" -- "$current"); return ;;
        --dotenv-file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --bundle) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --aws-region) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --aws-profile) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --aws-kms-key) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --azure-vault) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --azure-credential) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --gcp-project) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --gcp-locations) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --vault-addr) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --vault-mount) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --vault-namespace) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --field) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --setting-lines) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --endpoint) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --ca-file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --style) mapfile -t COMPREPLY < <(compgen -W "inline module environ" -- "$current"); return ;;
        --module-name) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --env-reads) mapfile -t COMPREPLY < <(compgen -W "secrets all none" -- "$current"); return ;;
        --with-values) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --env-names) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --site) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --findings) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --prefix) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --environment) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --environment-variable) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --names) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --name-template) mapfile -t COMPREPLY < <(compgen -W "" -- "$current"); return ;;
        --on-conflict) mapfile -t COMPREPLY < <(compgen -W "fail reuse version rename" -- "$current"); return ;;
        --policy) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --summary) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --config) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --color) mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$current"); return ;;
    esac
    local options= words=
    case $command in
        "") words="scan plan migrate apply upload rewrite put runs resume undo env baseline report install-hook rules vaults help version" ;;
        scan) options="--staged --whole-files --history --all-objects --since --hook --remote --stdin-filename --exclude --no-gitignore --archives --rules --skip-rules --rules-file --min-confidence --jobs --exhaustive --format --output --also --fail-on --show-suppressed --report-env --verify --only-live --blame --fingerprint-key-file --baseline --config --no-config --quiet --verbose --color --no-progress --version --help" words="" ;;
        plan) options="--staged --whole-files --exclude --no-gitignore --archives --rules --skip-rules --rules-file --min-confidence --jobs --exhaustive --format --output --to --dotenv-file --bundle --aws-region --aws-profile --aws-kms-key --azure-vault --azure-credential --gcp-project --gcp-locations --vault-addr --vault-mount --vault-namespace --field --setting-lines --endpoint --ca-file --style --module-name --env-reads --with-values --env-names --site --findings --include-tests --split-urls --scrub-comments --clear-outputs --prefix --environment --environment-variable --names --name-template --interactive --on-conflict --allow-dirty --allow-ephemeral --policy --summary --config --no-config --quiet --verbose --color --no-progress --version --help" words="" ;;
        migrate) options="--staged --whole-files --exclude --no-gitignore --archives --rules --skip-rules --rules-file --min-confidence --jobs --exhaustive --format --to --dotenv-file --bundle --aws-region --aws-profile --aws-kms-key --azure-vault --azure-credential --gcp-project --gcp-locations --vault-addr --vault-mount --vault-namespace --field --setting-lines --endpoint --ca-file --style --module-name --env-reads --with-values --env-names --site --findings --include-tests --split-urls --scrub-comments --clear-outputs --prefix --environment --environment-variable --names --name-template --interactive --on-conflict --allow-dirty --allow-ephemeral --policy --no-history --summary --yes --dry-run --config --no-config --quiet --verbose --color --no-progress --version --help" words="" ;;
        apply) options="--rules-file --format --to --dotenv-file --bundle --aws-region --aws-profile --aws-kms-key --azure-vault --azure-credential --gcp-project --gcp-locations --vault-addr --vault-mount --vault-namespace --field --endpoint --ca-file --prefix --environment --allow-ephemeral --policy --no-history --summary --yes --dry-run --config --no-config --quiet --verbose --color --no-progress --version --help" words="" ;;
        upload) options="--exclude --no-gitignore --archives --rules --skip-rules --rules-file --min-confidence --jobs --exhaustive --format --to --dotenv-file --bundle --aws-region --aws-profile --aws-kms-key --azure-vault --azure-credential --gcp-project --gcp-locations --vault-addr --vault-mount --vault-namespace --field --setting-lines --endpoint --ca-file --with-values --env-names --site --include-tests --split-urls --scrub-comments --clear-outputs --prefix --environment --environment-variable --names --name-template --interactive --on-conflict --allow-ephemeral --policy --yes --dry-run --config --no-config --quiet --verbose --color --no-progress --version --help" words="" ;;
        rewrite) options="--exclude --no-gitignore --archives --rules --skip-rules --rules-file --min-confidence --jobs --exhaustive --format --to --dotenv-file --bundle --aws-region --aws-profile --aws-kms-key --azure-vault --azure-credential --gcp-project --gcp-locations --vault-addr --vault-mount --vault-namespace --field --setting-lines --endpoint --ca-file --style --module-name --env-reads --site --include-tests --split-urls --scrub-comments --clear-outputs --prefix --environment --environment-variable --names --name-template --interactive --on-conflict --allow-dirty --allow-ephemeral --policy --no-history --summary --yes --dry-run --config --no-config --quiet --verbose --color --no-progress --version --help" words="" ;;
        put) options="--to --dotenv-file --bundle --aws-region --aws-profile --aws-kms-key --azure-vault --azure-credential --gcp-project --gcp-locations --vault-addr --vault-mount --vault-namespace --field --endpoint --ca-file --prefix --environment --allow-ephemeral --yes --config --no-config --quiet --verbose --color --no-progress --version --help" words="" ;;
        runs) options="--format --config --no-config --quiet --verbose --color --no-progress --version --help" words="" ;;
        resume) options="--rules-file --format --to --dotenv-file --bundle --aws-region --aws-profile --aws-kms-key --azure-vault --azure-credential --gcp-project --gcp-locations --vault-addr --vault-mount --vault-namespace --field --endpoint --ca-file --with-values --prefix --environment --allow-ephemeral --no-history --yes --dry-run --config --no-config --quiet --verbose --color --no-progress --version --help" words="" ;;
        undo) options="--to --bundle --aws-region --aws-profile --aws-kms-key --azure-vault --azure-credential --gcp-project --gcp-locations --vault-addr --vault-mount --vault-namespace --field --endpoint --ca-file --prefix --yes --dry-run --config --no-config --quiet --verbose --color --no-progress --version --help" words="" ;;
        env) options="--stdin-filename --exclude --no-gitignore --archives --rules-file --jobs --exhaustive --format --output --check --config --no-config --quiet --verbose --color --no-progress --version --help" words="" ;;
        baseline) options="--exclude --no-gitignore --archives --rules --skip-rules --rules-file --min-confidence --jobs --exhaustive --baseline --accept-all --reason --owner --expires --prune --import --unite --yes --config --no-config --quiet --verbose --color --no-progress --version --help" words="" ;;
        report) options="--format --output --fail-on --config --no-config --quiet --verbose --color --no-progress --version --help" words="merge diff" ;;
        install-hook) options="--remove --config --no-config --quiet --verbose --color --no-progress --version --help" words="" ;;
        rules) options="--rules-file --format --config --no-config --quiet --verbose --color --no-progress --version --help" words="list show test" ;;
        vaults) options="--to --dotenv-file --bundle --aws-region --aws-profile --aws-kms-key --azure-vault --azure-credential --gcp-project --gcp-locations --vault-addr --vault-mount --vault-namespace --field --endpoint --ca-file --prefix --environment --config --no-config --quiet --verbose --color --no-progress --version --help" words="list check" ;;
        help) options="--config --no-config --quiet --verbose --color --no-progress --version --help" words="scan plan migrate apply upload rewrite put runs resume undo env baseline report install-hook rules vaults help version" ;;
        version) options="--config --no-config --quiet --verbose --color --no-progress --version --help" words="" ;;
    esac
    ((COMP_CWORD > i + 1)) && words=
    if [[ $current == -* ]]; then
        [[ -z $command ]] && options="--help --version"
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    elif [[ -n $words ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}
complete -o filenames -F _keylift keylift
