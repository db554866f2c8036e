# lib.sh: what ./demo, ./test and scripts/ share. POSIX sh; sourced, with $root set
# to the checkout. Writes only under $build, and to a temporary folder.

build=$root/build
PYTHONDONTWRITEBYTECODE=1
PIP_CACHE_DIR=$build/cache/pip
PIP_DISABLE_PIP_VERSION_CHECK=1
npm_config_cache=$build/cache/npm
npm_config_update_notifier=false
export PYTHONDONTWRITEBYTECODE PIP_CACHE_DIR PIP_DISABLE_PIP_VERSION_CHECK npm_config_cache
export npm_config_update_notifier

say() { printf '%s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }
# A heading: bold on a terminal.
head_line() {
    if [ -t 1 ]; then printf '\n\033[1m== %s\033[0m\n' "$*"; else printf '\n== %s\n' "$*"; fi
}
have() { command -v "$1" >/dev/null 2>&1; }

# --- what the machine must have ---------------------------------------------
# One line each: a check, the Debian package that passes it, and why it is needed.
needs_build='have cc|gcc|compiles keylift
have_c_headers|libc6-dev|the headers of the C library
have cmake|cmake|describes the build
have ninja|ninja-build|runs the build
have pkg-config|pkg-config|finds libraries
pkg-config --exists libpcre2-8|libpcre2-dev|matches the rules
pkg-config --exists libcjson|libcjson-dev|writes JSON
pkg-config --exists libmd|libmd-dev|SHA-256
pkg-config --exists zlib|zlib1g-dev|unpacks archives
pkg-config --exists libcurl|libcurl4-openssl-dev|talks to the vaults of the network
pkg-config --exists openssl|libssl-dev|signs what Google and Azure ask for
have_npm|npm|fetches the sources of the Python grammar, by checksum
have_certificates|ca-certificates|lets npm and pip check whom they talk to'
needs_python='have python3|python3|runs the Python programs
python3 -c "import ensurepip, venv"|python3-venv|keeps Python packages inside the build folder'
needs_headers='have_python_headers|python3-dev|the headers of Python, for the module of the package'
needs_git='have git|git|makes the repositories that are scanned'
needs_test='pkg-config --exists cmocka|libcmocka-dev|runs the C tests
have_test_schemas|npm|fetches the schemas that reports are checked against'
needs_full='have valgrind|valgrind|counts instructions
have npx|npm|runs husky and lefthook
have clang|clang|the second compiler
have clang-format|clang-format|checks the format of the C files
have make|make|builds a library of the wheel
have xz|xz-utils|unpacks that library
have readelf|binutils|shows how the program is linked
have man|man-db|shows the manual page
have mandoc|mandoc|checks the manual page
have bash|bash|loads its completions
have fish|fish|loads its completions, and the setting lines that are written for it
have zsh|zsh|loads its completions
have_browser|chromium-headless-shell|opens the HTML report
have pass|pass|the store behind one of the helpers
have gpg|gnupg|encrypts what pass stores'

have_browser() { have chromium-headless-shell || have chromium || have google-chrome; }
have_c_headers() { echo '#include <stdio.h>' | cc -E -; }
have_python_headers() {
    python3 -c 'import os, sysconfig; os.stat(os.path.join(sysconfig.get_paths()["include"], "Python.h"))'
}
# npm is needed only until the grammar sources are there.
have_npm() { have npm || [ -d "$build/grammars/node_modules/tree-sitter-python" ]; }
have_test_schemas() { have npm || [ -d "$build/npm/node_modules/@microsoft/jest-sarif" ]; }
# npm and pip check whom they talk to against these.
have_certificates() { [ -s /etc/ssl/certs/ca-certificates.crt ]; }

# Sets $missing to the packages, and $missing_why to lines for a person.
find_missing() {
    missing= missing_why=
    while IFS='|' read -r check package why; do
        [ -n "$check" ] || continue
        case " $missing " in *" $package "*) continue ;; esac
        if ! eval "$check" >/dev/null 2>&1 </dev/null; then
            missing="$missing $package"
            missing_why="$missing_why  $package: $why
"
        fi
    done <<EOF
$1
EOF
}

# need TABLE...: installs what is missing, or says how and ends.
need() {
    find_missing "$(printf '%s\n' "$@")"
    [ -n "$missing" ] || return 0
    apt="apt-get install -y --no-install-recommends$missing"
    say "This machine lacks, and Debian has:"
    printf '%s' "$missing_why"
    if ! have apt-get; then
        die "Install their like for this system, then start again. (Only Debian and its kin are done for you.)"
    fi
    if [ "$(id -u)" != 0 ]; then
        die "Run this as root, then start again:
  apt-get update && $apt"
    fi
    say "Installing them: $apt"
    mkdir -p "$build"
    log=$build/apt.log
    # Old package lists name versions that are gone: then fetch new ones.
    DEBIAN_FRONTEND=noninteractive $apt >"$log" 2>&1 ||
        { apt-get update >"$log" 2>&1 && DEBIAN_FRONTEND=noninteractive $apt >>"$log" 2>&1; } ||
        { tail -n 20 "$log" >&2; die "apt-get failed; its output is in $log"; }
    find_missing "$(printf '%s\n' "$@")"
    [ -z "$missing" ] || die "Still missing after the installation:$missing"
}

# --- building ------------------------------------------------------------------
# quietly WHAT COMMAND...: output only when it fails.
quietly() {
    what=$1
    shift
    mkdir -p "$build"
    log=$build/$(printf '%s' "$what" | tr -c 'a-z0-9\n' '-').log
    "$@" >"$log" 2>&1 && return 0
    tail -n 60 "$log" >&2
    printf '%s failed; all of its output is in %s\n' "$what" "$log" >&2
    return 1
}

# build_in PRESET FOLDER [CMAKE ARGUMENT...]: configures once, then builds what changed.
build_in() {
    preset=$1 folder=$build/$2
    shift 2
    if [ ! -f "$folder/build.ninja" ] || [ "$root/CMakePresets.json" -nt "$folder/build.ninja" ]; then
        say "Configuring ${folder#"$root"/}"
        (cd "$root" && quietly "configure $preset" cmake --preset "$preset" -B "$folder" "$@") || return 1
    fi
    [ -x "$folder/keylift" ] || say "Building ${folder#"$root"/} (the first time takes a minute)"
    quietly "build $preset" ninja -C "$folder"
}

# make_npm FOLDER SOURCE: the npm packages of a lockfile, by checksum; nothing of them is run here.
make_npm() {
    npm=$build/$1
    if cmp -s "$2/package-lock.json" "$npm/installed.json"; then
        return 0
    fi
    say "Installing npm packages into ${npm#"$root"/}"
    mkdir -p "$npm" && cp "$2/package.json" "$2/package-lock.json" "$2/.npmrc" "$npm/" || return 1
    quietly "fill $1" npm ci --prefix "$npm" || return 1
    cp "$2/package-lock.json" "$npm/installed.json"
}

# make_venv FOLDER REQUIREMENTS-FILE: a virtual environment with exactly these packages.
make_venv() {
    venv=$build/$1
    if [ -x "$venv/bin/python" ] && cmp -s "$2" "$venv/installed.txt"; then
        return 0
    fi
    say "Installing Python packages into ${venv#"$root"/}"
    rm -rf "$venv"
    quietly "make $1" python3 -m venv "$venv" || return 1
    quietly "fill $1" "$venv/bin/python" -m pip install -r "$2" || return 1
    cp "$2" "$venv/installed.txt"
}
