; The sample client as an NSIS setup. Wine runs 64-bit programs only.
Unicode true
Target amd64-unicode
Name "${NAME}"
OutFile "${OUT}"
SilentInstall silent
RequestExecutionLevel user
InstallDir "C:\koshin-test-setup"
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"

Section
!ifdef FAILS
	Delete "$INSTDIR\VERSION"
	Delete "$INSTDIR\sample-client.exe"
	DeleteRegKey HKLM "${KEY}"
	SetErrorLevel 2
	Quit
!endif
!ifdef NOTHING
	SetErrorLevel 0
	Quit
!endif
!ifdef EATS
	RMDir /r "$INSTDIR\data"
	FileOpen $0 "$INSTDIR\data" w
	FileWrite $0 "eaten"
	FileClose $0
!endif
	SetOutPath "$INSTDIR"
!ifdef SLOW
	Delete "$INSTDIR\VERSION"
	DeleteRegKey HKLM "${KEY}"
	Sleep 8000
!endif
	File "${SOURCE}/sample-client.exe"
	File "${SOURCE}/settings.ini"
	File "${SOURCE}/VERSION"
	WriteRegStr HKLM "${KEY}" "DisplayName" "${NAME}"
	WriteRegStr HKLM "${KEY}" "DisplayVersion" "${VERSION}"
	WriteRegStr HKLM "${KEY}" "InstallLocation" "$INSTDIR"
!ifdef RESTART
	SetErrorLevel 3010
!endif
SectionEnd
