#!/usr/bin/env bash
# A disk image of Pentad.app, signed and notarised where the variables below say who signs. For macOS only; never run by
# those who wrote it: they had no Mac.
#
#   bash packaging/build.sh && bash packaging/macos/make_dmg.sh
#
# PENTAD_CODESIGN_IDENTITY   a "Developer ID Application" identity of the keychain; set it for build.sh, too
# PENTAD_NOTARY_PROFILE      a profile that `xcrun notarytool store-credentials` has kept
set -euo pipefail

home="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
build="${PENTAD_BUILD:-$home/build}"
app="$build/dist/Pentad.app"
[ "$(uname)" = Darwin ] || { printf 'make_dmg: this needs macOS\n' >&2 && exit 2; }
[ -d "$app" ] || { printf 'make_dmg: %s is missing: run packaging/build.sh first\n' "$app" >&2 && exit 2; }
version="$("$app/Contents/MacOS/pentad" --version | cut -d' ' -f2)"
image="$build/installers/pentad-$version-macos-$(uname -m).dmg"
stage="$(mktemp -d)"
trap 'rm -rf "$stage"' EXIT

if [ -n "${PENTAD_CODESIGN_IDENTITY:-}" ]; then
    codesign --force --deep --timestamp --options runtime --entitlements "$home/packaging/macos/entitlements.plist" \
        --sign "$PENTAD_CODESIGN_IDENTITY" "$app"
    codesign --verify --deep --strict "$app"
else
    printf 'make_dmg: not signed (PENTAD_CODESIGN_IDENTITY is not set); macOS will warn whoever opens it\n' >&2
fi
mkdir -p "$(dirname "$image")"
cp -R "$app" "$stage/"
ln -s /Applications "$stage/Applications"
hdiutil create -volname "Pentad $version" -srcfolder "$stage" -fs HFS+ -format UDZO -ov "$image"
if [ -n "${PENTAD_CODESIGN_IDENTITY:-}" ]; then codesign --timestamp --sign "$PENTAD_CODESIGN_IDENTITY" "$image"; fi
if [ -n "${PENTAD_NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$PENTAD_NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
fi
printf '%s\n' "$image"
