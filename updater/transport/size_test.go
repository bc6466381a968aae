package transport

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"time"
)

func TestHostSize(t *testing.T) {
	t.Parallel()
	ranged := func(said string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", said)
			w.WriteHeader(http.StatusPartialContent)
		}
	}
	for name, row := range map[string]struct {
		answer http.HandlerFunc
		want   int64
		err    error
	}{
		"knows ranges":    {answer: ranged("bytes 0-0/5000000000"), want: 5_000_000_000},
		"knows no ranges": {answer: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "0123456789") }, want: 10},
		"does not say": {err: ErrStatus, answer: func(w http.ResponseWriter, _ *http.Request) {
			_ = http.NewResponseController(w).Flush()
		}},
		"another range":   {answer: ranged("bytes 1-1/10"), err: ErrStatus},
		"unknown length":  {answer: ranged("bytes 0-0/*"), err: ErrStatus},
		"negative length": {answer: ranged("bytes 0-0/-1"), err: ErrStatus},
		"no range":        {answer: ranged(""), err: ErrStatus},
	} {
		if got, err := hostOf(t, row.answer).Size(t.Context(), "x"); got != row.want || !errors.Is(err, row.err) {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
	silent := hostOf(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	silent.patience = 250 * time.Millisecond
	if _, err := silent.Size(t.Context(), "x"); !errors.Is(err, ErrTimeout) {
		t.Errorf("silent: %v", err)
	}
}
