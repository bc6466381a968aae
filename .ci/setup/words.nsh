; What the installer itself says, in both languages. Everything else is said by koshin.
!macro Words
	LangString Lang ${LANG_ENGLISH} "en"
	LangString Lang ${LANG_JAPANESE} "ja"

	LangString WelcomeTitle ${LANG_ENGLISH} "koshin ${VERSION}"
	LangString WelcomeTitle ${LANG_JAPANESE} "koshin ${VERSION}"
	LangString WelcomeText ${LANG_ENGLISH} "koshin keeps the claims software of this PC up to date, and makes sure that it connects over TLS 1.2.$\r$\n$\r$\nIt is installed for everybody who works at this PC. Your claims software, its data and its settings are not changed now.$\r$\n$\r$\nClick Install to go on."
	LangString WelcomeText ${LANG_JAPANESE} "koshin（アップデートの確認）は、このパソコンの請求ソフトを最新の状態に保ち、TLS 1.2で接続できることを確認します。$\r$\n$\r$\nこのパソコンを使うすべての方のためにインストールします。請求ソフト、そのデータ、設定は、ここでは変更しません。$\r$\n$\r$\n続けるには［インストール］をクリックしてください。"

	LangString FinishTitle ${LANG_ENGLISH} "koshin is installed"
	LangString FinishTitle ${LANG_JAPANESE} "koshinをインストールしました"

	LangString RemoveText ${LANG_ENGLISH} "koshin, its daily update and its entry in the Start menu are taken off this PC. Your claims software and its data stay, and so do koshin's configuration and history."
	LangString RemoveText ${LANG_JAPANESE} "koshin、毎日の自動更新、スタート メニューの項目をこのパソコンから削除します。請求ソフトとそのデータ、koshinの設定と履歴は残ります。"
	LangString ReallyPurge ${LANG_ENGLISH} "The configuration and the history of koshin on this PC are deleted, too, and cannot be brought back. The claims software and its data stay.$\r$\n$\r$\nDelete them?"
	LangString ReallyPurge ${LANG_JAPANESE} "このパソコンのkoshinの設定と履歴も削除します。元には戻せません。請求ソフトとそのデータは残ります。$\r$\n$\r$\n削除しますか？"

	LangString TooLong ${LANG_ENGLISH} "The command line is too long. Please give a configuration with /CONFIG=FILE instead."
	LangString TooLong ${LANG_JAPANESE} "コマンドラインが長すぎます。/CONFIG=ファイル で設定ファイルを指定してください。"
	LangString OneIsEnough ${LANG_ENGLISH} "Another setup of koshin is open. Please finish that one first."
	LangString OneIsEnough ${LANG_JAPANESE} "koshinのセットアップがすでに実行中です。そちらを先に終えてください。"
	LangString NoChoice ${LANG_ENGLISH} "koshin is always installed in Program Files. Please leave /D= out."
	LangString NoChoice ${LANG_JAPANESE} "koshinのインストール先はProgram Filesに決まっています。/D= を付けずに実行してください。"
	LangString WrongWindows ${LANG_ENGLISH} "This installer is for another kind of Windows (${ARCH}). Please take the one for this PC."
	LangString WrongWindows ${LANG_JAPANESE} "このインストーラーは別の種類のWindows用です（${ARCH}）。このパソコン用のものを使ってください。"
	LangString NotStarted ${LANG_ENGLISH} "Windows did not start koshin.exe. Please check whether a security product stopped it, then run this again."
	LangString NotStarted ${LANG_JAPANESE} "koshin.exeを起動できませんでした。セキュリティソフトに止められていないか確認し、もう一度実行してください。"
	LangString WithoutKoshin ${LANG_ENGLISH} "koshin.exe does not start. Its tasks and entries are removed without it; configuration and history stay."
	LangString WithoutKoshin ${LANG_JAPANESE} "koshin.exeを起動できないため、タスクと登録を直接削除します。設定と履歴は残ります。"
!macroend
