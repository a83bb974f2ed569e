#!/bin/sh
# Installs Pentad @VERSION@ for Linux: a program in one folder, a menu entry, icons and a file type.
set -eu

version='@VERSION@'
sha256='@SHA256@'
if [ "$(id -u)" -eq 0 ]; then prefix=/usr/local; else prefix="$HOME/.local"; fi

usage() {
    cat <<TEXT
usage: sh $(basename "$0") [--prefix DIR]

Installs Pentad $version below DIR (here: $prefix): DIR/lib/pentad, DIR/bin/pentad, and in DIR/share its
menu entry, icons and file type. A Pentad that is there is replaced. DIR/lib/pentad/uninstall.sh removes it all.
TEXT
}

fail() {
    printf 'pentad: %s\n' "$*" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    case "$1" in
    --prefix) [ $# -ge 2 ] || fail "--prefix needs a folder" && prefix="$2" && shift ;;
    --prefix=*) prefix="${1#--prefix=}" ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done

mkdir -p "$prefix/lib" "$prefix/bin" "$prefix/share" || fail "$prefix cannot be written: name another with --prefix"
prefix="$(cd "$prefix" && pwd -P)"
target="$prefix/lib/pentad"
[ ! -e "$target" ] || [ -f "$target/uninstall.sh" ] || fail "$target is there and is no Pentad: move it away first"
first="$(awk '/^__PAYLOAD__$/ { print NR + 1; exit }' "$0")"
[ "$(tail -n "+$first" "$0" | sha256sum | cut -d' ' -f1)" = "$sha256" ] || fail "this file is damaged: get it again"

new="$prefix/lib/.pentad.$$"
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$new"
printf 'pentad: unpacking into %s\n' "$target"
tail -n "+$first" "$0" | tar xzf - -C "$new" || fail "it could not be unpacked: is there room for 2 GB in $prefix?"
# Why the folders again: the older Pentad takes along those that were its own.
[ ! -e "$target" ] || sh "$target/uninstall.sh" --quiet
mkdir -p "$prefix/lib" "$prefix/bin" "$prefix/share"
mv "$new/uninstall.sh" "$new/pentad/uninstall.sh"
mv "$new/pentad" "$target"
ln -sf ../lib/pentad/pentad "$prefix/bin/pentad"
ln -sf ../lib/pentad/pentad-window "$prefix/bin/pentad-window"
# Why the whole path: menus do not know of a folder that only a shell has on its PATH.
quoted="$(printf '%s' "$target/pentad-window" | sed -e 's/[\\"`$]/\\\\&/g')"
escaped="$(printf '%s' "$quoted" | sed -e 's/[\\&|]/\\&/g')"
desktop="$new/share/applications/pentad.desktop"
sed -i "s|^Exec=.*|Exec=\"$escaped\" %f|" "$desktop"
(cd "$new/share" && find . -type f) | while IFS= read -r file; do
    mkdir -p "$prefix/share/$(dirname "$file")"
    mv -f "$new/share/$file" "$prefix/share/$file"
done
sh "$target/uninstall.sh" --only-refresh
printf 'pentad: installed %s; start it from the menu or as %s\n' "$version" "$prefix/bin/pentad"
printf 'pentad: sh %s removes it\n' "$target/uninstall.sh"
exit 0
__PAYLOAD__
