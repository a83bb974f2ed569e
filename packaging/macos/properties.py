"""What macOS is told of the program: its versions, and what it opens."""

from typing import Any


def properties(version: str) -> dict[str, Any]:
    """The additions to ``Info.plist``. A project is a folder, so folders are what it opens, and takes from nobody."""
    return {
        "CFBundleDisplayName": "Pentad",
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "LSApplicationCategoryType": "public.app-category.graphics-design",
        "LSMinimumSystemVersion": "14.0",
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "Pentad contributors, Apache-2.0",
        "CFBundleDocumentTypes": [
            _opened("Pentad project or data set", "public.folder", "Editor"),
            _opened("Data set", "public.zip-archive", "Viewer"),
        ],
    }


def _opened(name: str, kind: str, role: str) -> dict[str, Any]:
    return {
        "CFBundleTypeName": name,
        "CFBundleTypeRole": role,
        "LSHandlerRank": "Alternate",
        "LSItemContentTypes": [kind],
    }
