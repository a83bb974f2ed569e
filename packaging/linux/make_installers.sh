#!/usr/bin/env bash
# A Debian package and a self-extracting archive of a frozen program, with menu entry, icons and file type.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
[ $# -eq 3 ] || { printf 'usage: make_installers.sh PROGRAM ICONS OUT\n' >&2 && exit 2; }
program="$(cd "$1" && pwd -P)"
icons="$2"
mkdir -p "$3"
out="$(cd "$3" && pwd -P)"
stage="$out/stage"
version="$("$program/pentad" --version | cut -d' ' -f2)"
: "${SOURCE_DATE_EPOCH:=$(stat -c %Y "$program/pentad")}"
export SOURCE_DATE_EPOCH LC_ALL=C.UTF-8 TZ=UTC
umask 022

lay_out_desktop() { # lay_out_desktop SHARE
    local size
    install -Dm644 "$here/pentad.desktop" "$1/applications/pentad.desktop"
    install -Dm644 "$here/pentad.xml" "$1/mime/packages/pentad.xml"
    install -Dm644 "$icons/pentad.svg" "$1/icons/hicolor/scalable/apps/pentad.svg"
    for size in 16 24 32 48 64 128 256 512; do
        install -Dm644 "$icons/pentad-$size.png" "$1/icons/hicolor/${size}x$size/apps/pentad.png"
    done
}

depends() {
    sed -e 's/#.*//' -e '/^ *$/d' "$here/depends.txt" | cut -d' ' -f2- | sort -u | paste -sd, | sed 's/,/, /g'
}

make_deb() {
    local root="$stage/deb" architecture name
    architecture="$(dpkg --print-architecture)"
    name="pentad_${version}_$architecture.deb"
    mkdir -p "$root/opt" "$root/usr/bin" "$root/usr/share/doc/pentad" "$root/DEBIAN"
    cp -al "$program" "$root/opt/pentad"
    ln -s /opt/pentad/pentad "$root/usr/bin/pentad"
    ln -s /opt/pentad/pentad-window "$root/usr/bin/pentad-window"
    lay_out_desktop "$root/usr/share"
    install -m644 "$here/copyright" "$root/usr/share/doc/pentad/copyright"
    cat >"$root/DEBIAN/control" <<TEXT
Package: pentad
Version: $version
Architecture: $architecture
Maintainer: Pentad contributors <pentad@users.invalid>
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f1)
Depends: $(depends)
Recommends: libgl1-mesa-dri, shared-mime-info, desktop-file-utils
Section: science
Priority: optional
Description: workbench for five-view industrial inspection
 Shows the photo, the surface normals, the mask and a model's suspicion of
 parts seen by five cameras, annotates them, and trains, runs and measures
 anomaly models. Brings its own Python and libraries in /opt/pentad.
TEXT
    install -m755 "$here/refresh_desktop" "$root/DEBIAN/postinst"
    install -m755 "$here/refresh_desktop" "$root/DEBIAN/postrm"
    find "$root" -path "$root/opt/pentad" -prune -o -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group -Zzstd -z6 --build "$root" "$out/$name" >/dev/null
    printf '%s\n' "$out/$name"
}

make_run() {
    local root="$stage/run" payload="$stage/payload.tar.gz" name
    name="pentad-$version-linux-$(uname -m).run"
    mkdir -p "$root"
    cp -al "$program" "$root/pentad"
    install -m755 "$here/uninstall.sh" "$root/uninstall.sh"
    lay_out_desktop "$root/share"
    tar --create --directory "$root" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
        pentad share uninstall.sh | gzip -n -6 >"$payload"
    sed -e "s/@VERSION@/$version/" -e "s/@SHA256@/$(sha256sum "$payload" | cut -d' ' -f1)/" "$here/self_extract.sh" |
        cat - "$payload" >"$out/$name"
    chmod 755 "$out/$name"
    printf '%s\n' "$out/$name"
}

rm -rf "$stage" "$out"/pentad[_-]*
mkdir -p "$stage"
if command -v dpkg-deb >/dev/null; then make_deb; else printf 'no dpkg-deb here: no .deb\n' >&2; fi
make_run
rm -rf "$stage"
