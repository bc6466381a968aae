package githubtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// call is one request to the API, by somebody, about a repository.
type call struct {
	g     *GitHub
	r     *http.Request
	repo  *repo
	token *Token // nil: nobody in particular
}

// reply is an answer of the API.
type reply struct {
	status int
	body   any
	header http.Header
}

// problem is GitHub's form of an error ("Client errors" in its documentation).
type problem struct {
	Message string  `json:"message"`
	Errors  []field `json:"errors,omitempty"`
	Docs    string  `json:"documentation_url"`
	Status  string  `json:"status"`
}

type field struct {
	Resource string `json:"resource"`
	Code     string `json:"code"`
	Field    string `json:"field,omitempty"`
	Message  string `json:"message,omitempty"`
}

const docsURL = "https://docs.github.com/rest"

func refuse(status int, message string, errors ...field) reply {
	return reply{status: status, body: problem{Message: message, Errors: errors, Docs: docsURL, Status: strconv.Itoa(status)}}
}

func invalid(resource, code, name string) reply {
	return refuse(http.StatusUnprocessableEntity, "Validation Failed", field{Resource: resource, Code: code, Field: name})
}

func invalidBecause(resource, name, message string) reply {
	return refuse(http.StatusUnprocessableEntity, "Validation Failed", field{Resource: resource, Code: "custom", Field: name, Message: message})
}

func notFound() reply { return refuse(http.StatusNotFound, "Not Found") }

func (r reply) with(name, value string) reply {
	if r.header == nil {
		r.header = http.Header{}
	}
	r.header.Set(name, value)
	return r
}

func (r reply) send(w http.ResponseWriter) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	if raw, ok := r.body.([]byte); ok {
		w.WriteHeader(r.status)
		_, _ = w.Write(raw)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(r.status)
	if r.body != nil {
		_ = json.NewEncoder(w).Encode(r.body)
	}
}

// maxRequest bounds a JSON body: a blob of 100 MB in base64, and what is around it.
const maxRequest = 140 << 20

// read decodes a JSON body. GitHub refuses what is no JSON with 400.
func (c *call) read(v any) (reply, bool) {
	err := json.NewDecoder(http.MaxBytesReader(nil, c.r.Body, maxRequest)).Decode(v)
	if err != nil {
		return refuse(http.StatusBadRequest, "Problems parsing JSON"), false
	}
	return reply{}, true
}

// page cuts a list as GitHub does: per_page 30 unless said, at most 100, and
// the neighbours in the Link header.
func page[T any](c *call, all []T) reply {
	query := c.r.URL.Query()
	size := number(query.Get("per_page"), 30)
	if size > 100 {
		size = 100
	}
	n := number(query.Get("page"), 1)
	last := max(1, (len(all)+size-1)/size)
	from := min((n-1)*size, len(all))
	out := reply{status: http.StatusOK, body: append([]T{}, all[from:min(from+size, len(all))]...)}
	var links []string
	link := func(page int, rel string) {
		query.Set("page", strconv.Itoa(page))
		links = append(links, fmt.Sprintf(`<https://%s%s?%s>; rel=%q`, c.r.Host, c.r.URL.Path, query.Encode(), rel))
	}
	if n > 1 {
		link(n-1, "prev")
		link(1, "first")
	}
	if n < last {
		link(n+1, "next")
		link(last, "last")
	}
	if len(links) > 0 {
		out = out.with("Link", strings.Join(links, ", "))
	}
	return out
}

func number(text string, otherwise int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return otherwise
	}
	return n
}
