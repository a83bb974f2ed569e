#!/usr/bin/env bash
# Freezes Pentad with PyInstaller and makes its installers. Needs python3 (3.11 or newer) and pip, as bootstrap.sh does.
set -euo pipefail

home="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
build="${PENTAD_BUILD:-$home/build}"
venv="$build/venv"
budget_mb=1900
cuda=no
locked=yes
installers=yes

usage() {
    cat <<'TEXT'
usage: bash packaging/build.sh [--cuda] [--unlocked] [--no-installers]

Makes build/dist/pentad (the program in one folder) and, on Linux, build/installers (a .deb and a self-extracting .run).

--cuda            with the CUDA build of PyTorch from your package index instead of the CPU's; no size budget then
--unlocked        with the newest packages that pyproject.toml allows, not those of release.lock; so it is with --cuda,
                  with PENTAD_TORCH, and wherever Python or the system are not those of the lock
--no-installers   only the folder

PENTAD_BUILD    where everything is made (default: ./build)
PENTAD_PYTHON   the Python to use (default: python3)
PENTAD_TORCH    what pip installs as PyTorch (default: torch==2.13.0; with --cuda: the newest below 3)
TEXT
}

say() { printf 'build: %s\n' "$*" >&2; }

pip_install() { "$venv/bin/python" -m pip install -q --disable-pip-version-check "$@"; }

lock_is_for() { # lock_is_for PYTHON: whether release.lock was written for this Python and this system
    [ "$locked$cuda${PENTAD_TORCH:-}" = yesno ] && [ "$(uname -sm)" = "Linux x86_64" ] &&
        "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython")'
}

make_venv() {
    local wanted stamp="$build/venv.stamp" python="${PENTAD_PYTHON:-python3}"
    lock_is_for "$python" || locked=no
    wanted="$(cat "$home/pyproject.toml" "$home"/packaging/{build-requirements.txt,release.lock,build.sh} | cksum) $locked $torch"
    [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
    say "making an environment with Pentad's dependencies and nothing else (locked: $locked)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
    if [ "$locked" = yes ]; then
        pip_install --require-hashes --no-deps -r "$home/packaging/release.lock" ||
            { say "the lock's packages cannot be had here; --unlocked takes others" && exit 1; }
        pip_install -r "$home/packaging/build-requirements.txt"
    else
        # Why first and by number: see bootstrap.sh.
        pip_install "$torch"
        pip_install -r "$home/packaging/build-requirements.txt" "$home"
    fi
    printf '%s' "$wanted" >"$stamp"
}

freeze() {
    # Why: the same commit gives the same bytes.
    SOURCE_DATE_EPOCH="$(git -C "$home" log -1 --format=%ct 2>/dev/null || stat -c %Y "$home/pyproject.toml")"
    export SOURCE_DATE_EPOCH PYTHONHASHSEED=0 LC_ALL=C.UTF-8 TZ=UTC PENTAD_ICONS="$build/icons"
    pip_install --no-deps --force-reinstall "$home"
    QT_QPA_PLATFORM=offscreen "$venv/bin/python" "$home/packaging/icons.py" "$PENTAD_ICONS"
    say "freezing (minutes)"
    rm -rf "$build/dist"
    "$venv/bin/python" -m PyInstaller --noconfirm --log-level WARN --distpath "$build/dist" --workpath "$build/work" \
        "$home/packaging/pentad.spec"
}

finish() {
    local program="$build/dist/pentad"
    cp "$home/LICENSE" "$program/LICENSE.txt"
    "$venv/bin/python" "$home/packaging/licences.py" "$program/THIRD_PARTY.txt" --folder "$program"
    # Why only then: the bill of materials is the lock's.
    [ "$locked" = no ] || "$venv/bin/python" "$home/packaging/sbom.py" "$program/pentad.cdx.json"
    if [ "$(uname)" = Linux ]; then
        ln -sf pentad "$program/pentad-window"
        # Why not all: libraries that a wheel's maker has patched do not survive it (numpy's and scipy's are such).
        find "$program/_internal" \( -path '*/vtkmodules/*' -o -path '*/llvmlite/*' -o -path '*/zstandard/*' \
            -o -name 'libpython3*' \) -name '*.so*' -type f -exec strip --strip-unneeded {} +
    fi
    find "$program" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    "$venv/bin/python" "$home/packaging/complete.py" "$program"
    if [ "$cuda" = yes ]; then
        "$venv/bin/python" "$home/packaging/sizes.py" "$program"
    else
        "$venv/bin/python" "$home/packaging/sizes.py" "$program" --budget "$budget_mb"
    fi
}

while [ $# -gt 0 ]; do
    case "$1" in
    --cuda) cuda=yes ;;
    --unlocked) locked=no ;;
    --no-installers) installers=no ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done
if [ "$cuda" = yes ]; then torch="${PENTAD_TORCH:-torch>=2.9,<3}"; else torch="${PENTAD_TORCH:-torch==2.13.0}"; fi

for tool in $([ "$(uname)" != Linux ] || echo strip readelf objdump); do
    command -v "$tool" >/dev/null || { say "error: $tool is missing (remedy: install binutils)" && exit 2; }
done
started=$SECONDS
mkdir -p "$build"
make_venv
freeze
finish
if [ "$installers" = yes ] && [ "$(uname)" = Linux ]; then
    bash "$home/packaging/linux/make_installers.sh" "$build/dist/pentad" "$build/icons" "$build/installers"
fi
say "done in $((SECONDS - started)) s: $build/dist/pentad"
