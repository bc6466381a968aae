package request

import (
	"bytes"
	"io"
	"testing"
	"time"
)

// A line that is taken is one that this program would write itself: it names
// nothing but products.
func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`{"schema":"koshin/request/1",` + id + `,"products":["torikomi-soshin"]}`))
	f.Add([]byte(`{"schema":"koshin/request/1",` + id + `,"products":["../x"]}`))
	f.Add([]byte(`{"schema":"koshin/request/1",` + id + `,"products":null,"retry":true}`))
	f.Add([]byte("GET / HTTP/1.1\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ParseRequest(data)
		if err != nil {
			return
		}
		line, err := format(r)
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		same, err := ParseRequest(bytes.TrimSuffix(line, []byte("\n")))
		if err != nil || same.ID != r.ID || len(same.Products) != len(r.Products) {
			t.Errorf("%q became %q: %v", data, line, err)
		}
	})
}

func FuzzParseAnswer(f *testing.F) {
	f.Add([]byte(`{"schema":"koshin/answer/1","accepted":true,"run":"20210520T003000.000-1f2e3d4c"}`))
	f.Add([]byte(`{"schema":"koshin/answer/1","accepted":false,"refused":"ending"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := ParseAnswer(data)
		if err != nil {
			return
		}
		if _, err := ParseRunID(string(a.Run)); a.Accepted && err != nil {
			t.Errorf("%q leads to %s", data, a.Run.Result("state"))
		}
	})
}

// stranger says what the fuzzer wants, and remembers the answer.
type stranger struct {
	io.Reader
	answer bytes.Buffer
}

func (s *stranger) Write(p []byte) (int, error) { return s.answer.Write(p) }
func (*stranger) Close() error                  { return nil }
func (*stranger) SetDeadline(time.Time) error   { return nil }
func (*stranger) Caller() (Caller, error)       { return person(), nil }

// Whatever a caller says, the answer is one line of ours or none at all, and the
// desk wants nothing but what is configured.
func FuzzConversation(f *testing.F) {
	f.Add([]byte(`{"schema":"koshin/request/1",` + id + `,"products":["torikomi-soshin"]}` + "\n"))
	f.Add([]byte(`{"schema":"koshin/request/1",` + id + `,"products":["torikomi-soshin"]}` + "\n\n"))
	f.Add(bytes.Repeat([]byte("{"), 2*MaxLine))
	f.Fuzz(func(t *testing.T, said []byte) {
		d, s := aDesk(), &stranger{Reader: bytes.NewReader(said)}
		d.receive(t.Context(), s)
		if s.answer.Len() == 0 {
			return
		}
		answer, err := ParseAnswer(bytes.TrimSuffix(s.answer.Bytes(), []byte("\n")))
		if err != nil {
			t.Fatalf("%q: %q: %v", said, s.answer.Bytes(), err)
		}
		if again := d.Next(); answer.Accepted != (again != nil) || len(again) > len(d.products) {
			t.Errorf("%q: %+v, and %v", said, answer, again)
		}
	})
}
