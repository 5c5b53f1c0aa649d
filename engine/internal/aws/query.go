package aws

import (
	"encoding/xml"
	"net/http"
	"regexp"
)

// ResponseMetadata ends every answer of the query protocol.
type ResponseMetadata struct {
	RequestId string //nolint:revive // the wire's name
}

// QueryError is an error of the query protocol.
type QueryError struct {
	Status        int // HTTP status
	Code, Message string
}

// InvalidAction is what an unknown or unserved action gets.
func InvalidAction(action string) QueryError {
	return QueryError{http.StatusBadRequest, "InvalidAction", "Could not find operation " + action + " in this engine, which serves what training needs."}
}

// WriteQueryError answers with an error in the service's namespace.
func WriteQueryError(w http.ResponseWriter, q Request, namespace string, e QueryError) {
	type inner struct{ Type, Code, Message string }
	kind := "Sender"
	if e.Status >= http.StatusInternalServerError {
		kind = "Receiver"
	}
	WriteXML(w, e.Status, struct {
		XMLName   xml.Name
		Error     inner
		RequestId string
	}{xml.Name{Space: namespace, Local: "ErrorResponse"}, inner{kind, e.Code, e.Message}, q.ID})
}

// WriteXML answers with v as an XML document.
func WriteXML(w http.ResponseWriter, status int, v any) {
	body, err := xml.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = w.Write(append([]byte(xml.Header), body...)) // the client is gone when this fails
}

var roleARN = regexp.MustCompile(`^arn:aws[a-z\-]*:iam::(\d{12}):role/(?:[a-zA-Z_0-9+=,.@\-_/]*/)?([a-zA-Z_0-9+=,.@\-_]+)$`)

// ParseRole splits a role ARN into account and name.
func ParseRole(arn string) (account, name string, ok bool) {
	m := roleARN.FindStringSubmatch(arn)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}
