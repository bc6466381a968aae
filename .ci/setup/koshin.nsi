; koshin's installer and uninstaller. It carries koshin.exe, has the rights, and shows
; the pages; what is done at the PC is done by koshin itself:
;
;   install    koshin.exe setup install -- WHAT IT WAS GIVEN     from the folder setup
;   uninstall  koshin.exe setup remove -- WHAT IT WAS GIVEN      from its place
;
; so values with spaces, quotes and Japanese are read by nothing but the rules of Windows.
; koshin's answer comes back as its exit code and as lines of text in setup\said.
Unicode true
Target ${TARGET}
!include MUI2.nsh
!include LogicLib.nsh
!include FileFunc.nsh
!include x64.nsh
!include words.nsh

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Koshin"

Name "koshin"
OutFile "${OUT}"
SetCompressor /SOLID lzma
SetDateSave off
SetOverwrite on
AllowSkipFiles off
RequestExecutionLevel admin
ManifestDPIAware true
ManifestSupportedOS all
ShowInstDetails show
ShowUninstDetails show
BrandingText "koshin ${VERSION}"

VIProductVersion ${NUMBERS}
VIFileVersion ${NUMBERS}
!macro Resource LANGUAGE WORDS
	VIAddVersionKey /LANG=${LANGUAGE} "ProductName" "koshin"
	VIAddVersionKey /LANG=${LANGUAGE} "CompanyName" "koshin"
	VIAddVersionKey /LANG=${LANGUAGE} "FileDescription" "${WORDS}"
	VIAddVersionKey /LANG=${LANGUAGE} "FileVersion" "${VERSION}"
	VIAddVersionKey /LANG=${LANGUAGE} "ProductVersion" "${VERSION}"
	VIAddVersionKey /LANG=${LANGUAGE} "InternalName" "koshin-setup"
	VIAddVersionKey /LANG=${LANGUAGE} "LegalCopyright" ""
!macroend
!insertmacro Resource 1033 "koshin setup (${ARCH})"
!insertmacro Resource 1041 "koshin　セットアップ（${ARCH}）"

Var Here  ; the folder in which this was started: files are named relative to it
Var Given ; everything behind the program's name on the command line
Var Code  ; koshin's exit code
Var Said  ; what it said

!define MUI_ICON "${FROM}/koshin.ico"
!define MUI_UNICON "${FROM}/koshin.ico"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${FROM}/koshin.bmp"
!define MUI_ABORTWARNING
!define MUI_WELCOMEPAGE_TITLE "$(WelcomeTitle)"
!define MUI_WELCOMEPAGE_TEXT "$(WelcomeText)"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_TITLE "$(FinishTitle)"
!define MUI_FINISHPAGE_TEXT "$Said"
!insertmacro MUI_PAGE_FINISH
!define MUI_UNCONFIRMPAGE_TEXT_TOP "$(RemoveText)"
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
; The first is for a Windows that speaks neither.
!insertmacro MUI_LANGUAGE English
!insertmacro MUI_LANGUAGE Japanese
!insertmacro Words

; Begin is what both do first. Until all is done the exit code is 1, also where
; somebody closes the window.
!macro Begin UN
	SetErrorLevel 1
	SetShellVarContext all
	SetRegView 64
	System::Call 'kernel32::GetCurrentDirectoryW(i ${NSIS_MAX_STRLEN}, w .s) i.r0'
	Pop $Here
	${GetParameters} $Given
	ClearErrors
	${GetOptions} $Given "/LANG=" $0
	${IfNot} ${Errors}
		${Select} $0
		${Case} "ja"
			StrCpy $LANGUAGE ${LANG_JAPANESE}
		${Case} "en"
			StrCpy $LANGUAGE ${LANG_ENGLISH}
		${EndSelect}
	${EndIf}
	; NSIS cuts texts off after 1,023 characters: what is longer would be half understood.
	System::Call 'kernel32::GetCommandLineW() p.r0'
	System::Call 'kernel32::lstrlenW(p r0) i.r1'
	${If} $1 > 900
		MessageBox MB_ICONSTOP|MB_OK "$(TooLong)" /SD IDOK
		SetErrorLevel 2
		Quit
	${EndIf}
	; Two at once would take each other's files away.
	System::Call 'kernel32::CreateMutexW(p 0, i 1, w "Global\koshin-setup") p.r0 ?e'
	Pop $1
	${If} $1 <> 0 ; ERROR_ALREADY_EXISTS, or somebody else's
		MessageBox MB_ICONSTOP|MB_OK "$(OneIsEnough)" /SD IDOK
		SetErrorLevel 6
		Quit
	${EndIf}
!macroend

; A folder such as C:\ ends with a backslash, which would take in the quote behind it:
; hence the dot after $Here.
;
; Ask runs koshin without a window of its own, and takes in what it said.
!macro Ask COMMAND
	SetOutPath "$WINDIR" ; a program that outlives this must not sit in the folder
	Delete "$INSTDIR\setup\said"
	nsExec::Exec '${COMMAND}'
	Pop $Code ; a number, or "error"
	StrCpy $Said ""
	ClearErrors
	FileOpen $1 "$INSTDIR\setup\said" r
	${IfNot} ${Errors}
		${Do}
			ClearErrors
			FileReadUTF16LE $1 $2
			${If} ${Errors}
				${Break}
			${EndIf}
			StrCpy $3 $2 1 -1
			${If} $3 == "$\n"
				StrCpy $2 $2 -2 ; every line ends with two
			${EndIf}
			DetailPrint $2
			${If} $Said == ""
				StrCpy $Said $2
			${Else}
				StrCpy $Said "$Said$\r$\n$2"
			${EndIf}
		${Loop}
		FileClose $1
	${EndIf}
!macroend

; Sweep takes out what this program put beside koshin for itself. Programs that
; still run go at the next start of the PC.
!macro Sweep
	Delete "$INSTDIR\setup\koshin.exe"
	Delete "$INSTDIR\setup\uninstall.exe"
	Delete "$INSTDIR\setup\said"
	Delete /REBOOTOK "$INSTDIR\setup\old-*.exe"
	RMDir /REBOOTOK "$INSTDIR\setup"
	RMDir "$INSTDIR" ; only when it is empty
!macroend

; Aside takes a program that may be running away from its name. Windows lets it
; be renamed, and the new name is nobody else's when it goes.
!macro Aside NAME
	${If} ${FileExists} "$INSTDIR\${NAME}"
		GetTempFileName $1 "$INSTDIR\setup"
		Delete $1
		Rename "$INSTDIR\${NAME}" "$1.exe"
		Delete /REBOOTOK "$1.exe"
	${EndIf}
!macroend

Function .onInit
	!insertmacro Begin ""
	${If} $INSTDIR != "" ; by /D=
		MessageBox MB_ICONSTOP|MB_OK "$(NoChoice)" /SD IDOK
		SetErrorLevel 2
		Quit
	${EndIf}
	!if ${ARCH} == 386
	${If} ${RunningX64}
		MessageBox MB_ICONSTOP|MB_OK "$(WrongWindows)" /SD IDOK
		SetErrorLevel 2
		Quit
	${EndIf}
	!endif
	!if ${ARCH} == arm64
	${IfNot} ${IsNativeARM64}
		MessageBox MB_ICONSTOP|MB_OK "$(WrongWindows)" /SD IDOK
		SetErrorLevel 2
		Quit
	${EndIf}
	!endif
	; Always this folder: only administrators write there, and what runs as SYSTEM must
	; not lie where others do.
	StrCpy $INSTDIR "$PROGRAMFILES64\Koshin"
FunctionEnd

Section
	SetOutPath "$INSTDIR\setup"
	File "${FROM}/koshin.exe"
	WriteUninstaller "$INSTDIR\setup\uninstall.exe"
	!insertmacro Ask '"$INSTDIR\setup\koshin.exe" setup install --lang $(Lang) --here "$Here\." -- $Given'
	!insertmacro Sweep
	${If} $Code == "error"
		StrCpy $Said "$(NotStarted)"
		StrCpy $Code 1
	${EndIf}
	SetErrorLevel $Code
	${If} $Code <> 0
		MessageBox MB_ICONSTOP|MB_OK "$Said" /SD IDOK
		Abort
	${EndIf}
SectionEnd

; Abort would set a code of its own.
Function .onInstFailed
	${If} $Code != ""
		SetErrorLevel $Code
	${EndIf}
FunctionEnd

Function un.onInit
	!insertmacro Begin "un."
	${If} $INSTDIR != "$PROGRAMFILES64\Koshin"
		SetErrorLevel 2
		Quit
	${EndIf}
	ClearErrors
	${GetOptions} $Given "/PURGE" $0
	${IfNot} ${Errors}
		MessageBox MB_ICONEXCLAMATION|MB_YESNO|MB_DEFBUTTON2 "$(ReallyPurge)" /SD IDYES IDYES purge
		Quit
		purge:
	${EndIf}
FunctionEnd

Section "un.koshin"
	CreateDirectory "$INSTDIR\setup"
	!insertmacro Ask '"$INSTDIR\koshin.exe" setup remove --lang $(Lang) --here "$Here\." -- $Given'
	${If} $Code == "error"
		; There is no koshin, or Windows does not start it: what can be, is taken out.
		DetailPrint "$(WithoutKoshin)"
		nsExec::Exec 'schtasks.exe /delete /f /tn \Koshin\koshin-update'
		Pop $0
		nsExec::Exec 'schtasks.exe /delete /f /tn \Koshin\koshin-recover'
		Pop $0
		nsExec::Exec 'schtasks.exe /delete /f /tn \Koshin\koshin-window'
		Pop $0
		Delete "$SMPROGRAMS\アップデートの確認.lnk"
		DeleteRegKey HKLM "SYSTEM\CurrentControlSet\Services\EventLog\Application\Koshin"
		StrCpy $Code 12
	${EndIf}
	SetErrorLevel $Code
	${If} $Code <> 0
	${AndIf} $Code <> 12 ; gone, but for something
		!insertmacro Sweep
		MessageBox MB_ICONSTOP|MB_OK "$Said" /SD IDOK
		Abort
	${EndIf}
	!insertmacro Aside "koshin.exe"
	!insertmacro Aside ".koshin.exe.new"
	!insertmacro Aside "uninstall.exe"
	!insertmacro Sweep
	RMDir /r "$INSTDIR.koshin" ; koshin's work folder for its own updates
	DeleteRegKey HKLM "${KEY}"
SectionEnd

Function un.onUninstFailed
	${If} $Code != ""
		SetErrorLevel $Code
	${EndIf}
FunctionEnd
