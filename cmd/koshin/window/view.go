package window

// Action is what pressing a button asks for.
type Action string

// The actions.
const (
	Check      Action = "check"       // アップデートの確認, again
	Update     Action = "update"      // 今すぐ更新する
	Later      Action = "later"       // 後で更新する
	Fix        Action = "fix"         // mends the one setting that the view names
	SaveReport Action = "save-report" // 診断結果を保存する
	Close      Action = "close"

	// Opened is no button's: Show says it once, when the first view has been drawn.
	Opened Action = "opened"

	// The answers to a question.
	LaterShort Action = "later-2h" // for two hours
	LaterLong  Action = "later-4h" // for four
	LaterToday Action = "later-12h"
	FixYes     Action = "fix-yes"
	ClearSSL2  Action = "clear-ssl2" // SSL 2.0, which excludes TLS 1.2, is turned off with it
	KeepSSL2   Action = "keep-ssl2"
	Back       Action = "back" // nothing of the kind
)

// Mood is the sign beside the headline.
type Mood string

// The moods.
const (
	Working  Mood = "working"
	Fine     Mood = "fine"
	Notice   Mood = "notice" // something is to be done or known
	Trouble  Mood = "trouble"
	Question Mood = "question" // the buttons answer it
)

// View is everything that the window shows at one moment. All texts are in the
// operator's language and ready to read; none has a control character but a line
// break.
type View struct {
	Title    string // of the window
	Mood     Mood
	Headline string // one sentence
	Products []Product
	Progress *Progress // nil: nothing is at work
	Details  []string  // paragraphs below: the proof, the cause and its remedy
	Buttons  []Button  // in the order of the Tab key
	// HoldShutdown is why Windows should not end now, shown by Windows itself.
	// "": it may.
	HoldShutdown string
	// Hidden: somebody closed the window while work goes on. Nothing is to be
	// seen of it, and it comes back where there is something to say.
	Hidden bool
}

// Product is one client's part of the window.
type Product struct {
	Name  string
	Lines []Line // installed, TLS-ready version, newest, size, notes
	Next  string // what happens next and why, one or two sentences
}

// Line is a name with its value, such as ご利用中のバージョン and 2.1.0.
type Line struct{ Label, Value string }

// Progress is the bar.
type Progress struct {
	Percent int    // 0 to 100; below 0: at work, nobody knows how long
	Text    string // ダウンロードしています…(42%)
	Left    string // the time left in words; "" where it is not known
}

// Button is something to press.
type Button struct {
	Action  Action
	Label   string // with its access key after an &: 今すぐ更新する(&U)
	Default bool   // the Enter key presses it
	Enabled bool
}
