#!/bin/sh
# Removes the Pentad this lies in, with its menu entry, icons and file type. What you made with it stays.
set -eu

target="$(cd "$(dirname "$0")" && pwd -P)"
prefix="${target%/lib/pentad}"
[ "$prefix/lib/pentad" = "$target" ] && [ -x "$target/pentad" ] || {
    printf 'pentad: %s was not made by the installer; nothing is removed\n' "$target" >&2
    exit 1
}

refresh() {
    if command -v update-mime-database >/dev/null 2>&1; then update-mime-database "$prefix/share/mime" 2>/dev/null || true; fi
    if command -v update-desktop-database >/dev/null 2>&1; then
        update-desktop-database -q "$prefix/share/applications" 2>/dev/null || true
    fi
}

if [ "${1:-}" = --only-refresh ]; then
    refresh
    exit 0
fi
rm -f "$prefix/bin/pentad" "$prefix/bin/pentad-window" "$prefix/share/applications/pentad.desktop" \
    "$prefix/share/mime/packages/pentad.xml" "$prefix"/share/icons/hicolor/*/apps/pentad.png \
    "$prefix/share/icons/hicolor/scalable/apps/pentad.svg"
rm -rf "$target"
[ "${1:-}" = --quiet ] || refresh
# Why: folders that were made for Pentad alone go too; those with anything else in them stay.
find "$prefix/share/icons/hicolor" "$prefix/share/mime" "$prefix/share/applications" -depth -type d -empty -delete \
    2>/dev/null || true
rmdir "$prefix/share/icons" "$prefix/share" "$prefix/bin" "$prefix/lib" 2>/dev/null || true
[ "${1:-}" = --quiet ] || printf 'pentad: removed from %s\n' "$prefix"
