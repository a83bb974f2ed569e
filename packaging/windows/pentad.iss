; The installer for Windows, made by Inno Setup 6 from the folder that PyInstaller makes with packaging/pentad.spec:
;   iscc /DVersion=0.1.0 packaging\windows\pentad.iss
; Signed: iscc /DVersion=0.1.0 /DSign "/Spentad=signtool sign /fd sha256 /tr TIMESTAMP-ADDRESS /td sha256 $f" ...
; With CUDA: /DCuda, too.
; For one user, without administrator's rights. Never compiled or run by those who wrote it: they had no Windows.

#ifndef Version
  #error Say /DVersion=... (pentad --version tells it)
#endif
#ifndef Program
  #define Program "..\..\build\dist\pentad"
#endif
#ifndef Icons
  #define Icons "..\..\build\icons"
#endif

[Setup]
AppId={{6B5B3D0E-6A50-4E4C-8B37-0C3A3A1C7E55}
AppName=Pentad
AppVersion={#Version}
AppPublisher=Pentad contributors
DefaultDirName={autopf}\Pentad
DefaultGroupName=Pentad
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0
LicenseFile=..\..\LICENSE
SetupIconFile={#Icons}\pentad.ico
UninstallDisplayIcon={app}\pentad-window.exe
UninstallDisplayName=Pentad {#Version}
OutputBaseFilename=pentad-{#Version}-windows-x64
Compression=lzma2/normal
SolidCompression=yes
ChangesAssociations=yes
CloseApplications=yes
; Why: a build with CUDA is larger than one file may be.
#ifdef Cuda
DiskSpanning=yes
#endif
#ifdef Sign
SignTool=pentad
SignedUninstaller=yes
#endif

[InstallDelete]
; Why: an older version's modules must not stay beside a newer one's.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Program}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Tasks]
Name: desktopicon; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[Icons]
Name: "{group}\Pentad"; Filename: "{app}\pentad-window.exe"
Name: "{autodesktop}\Pentad"; Filename: "{app}\pentad-window.exe"; Tasks: desktopicon

[Registry]
; A project is a folder: it is opened from a folder's menu. Its database is offered to Pentad and taken from nobody,
; for Windows knows files by their ending only.
Root: HKA; Subkey: "Software\Classes\Directory\shell\Pentad"; ValueType: string; ValueData: "Open with Pentad"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Directory\shell\Pentad"; ValueType: string; ValueName: "Icon"; ValueData: "{app}\pentad-window.exe"
Root: HKA; Subkey: "Software\Classes\Directory\shell\Pentad\command"; ValueType: string; ValueData: """{app}\pentad-window.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\Pentad.Project"; ValueType: string; ValueData: "Pentad project"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Pentad.Project\DefaultIcon"; ValueType: string; ValueData: "{app}\pentad-window.exe,0"
Root: HKA; Subkey: "Software\Classes\Pentad.Project\shell\open\command"; ValueType: string; ValueData: """{app}\pentad-window.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\.sqlite\OpenWithProgids"; ValueType: string; ValueName: "Pentad.Project"; ValueData: ""; Flags: uninsdeletevalue

[Run]
Filename: "{app}\pentad-window.exe"; Description: "{cm:LaunchProgram,Pentad}"; Flags: nowait postinstall skipifsilent
