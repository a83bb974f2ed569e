"""What Windows shows of the program's files: name, version, licence."""

from PyInstaller.utils.win32.versioninfo import (
    FixedFileInfo,
    StringFileInfo,
    StringStruct,
    StringTable,
    VarFileInfo,
    VarStruct,
    VSVersionInfo,
)

ENGLISH_US, UNICODE = 1033, 1200


def version_info(version: str) -> VSVersionInfo:
    """The version resource of ``pentad.exe`` and ``pentad-window.exe``."""
    numbers = tuple((*(int(number) for number in version.split(".")[:3] if number.isdigit()), 0, 0, 0, 0)[:4])
    words = {
        "CompanyName": "Pentad contributors",
        "FileDescription": "Pentad",
        "FileVersion": version,
        "InternalName": "pentad",
        "LegalCopyright": "Pentad contributors, Apache-2.0",
        "ProductName": "Pentad",
        "ProductVersion": version,
    }
    table = StringTable(f"{ENGLISH_US:04x}{UNICODE:04x}", [StringStruct(name, value) for name, value in words.items()])
    return VSVersionInfo(
        ffi=FixedFileInfo(filevers=numbers, prodvers=numbers),
        kids=[StringFileInfo([table]), VarFileInfo([VarStruct("Translation", [ENGLISH_US, UNICODE])])],
    )
