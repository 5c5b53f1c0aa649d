// Package listing holds what the API's List operations have in common: filters, orders and tokens, and values on the wire.
package listing

import (
	"context"
	"encoding/base64"
	"encoding/json"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/store"
)

// Page is the page of a table's jobs that a List request asks for, and the token of the next one, "" = it is the last. Unlike the service,
// which applies StatusEquals to a page that it has already cut, it filters first, so a page is short only when it is the last.
func Page(ctx context.Context, table *store.Table, region string, tree map[string]any) (rows []store.Job, next string, err error) {
	q := query(region, tree)
	limit := q.Limit
	if token, ok := tree["NextToken"].(string); ok {
		p, err := readToken(token, q.Order)
		if err != nil {
			return nil, "", err
		}
		q.After = &p
	}
	q.Limit = limit + 1
	if rows, err = table.List(ctx, q); err != nil {
		return nil, "", err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = writeToken(rows[limit-1].Position(q.Order))
	}
	return rows, next, nil
}

func query(region string, tree map[string]any) store.JobQuery {
	text := func(name string) string { s, _ := tree[name].(string); return s }
	q := store.JobQuery{
		Region: region, NameContains: text("NameContains"), Status: text("StatusEquals"),
		CreatedAfter: instant(tree["CreationTimeAfter"]), CreatedBefore: instant(tree["CreationTimeBefore"]),
		ModifiedAfter: instant(tree["LastModifiedTimeAfter"]), ModifiedBefore: instant(tree["LastModifiedTimeBefore"]),
		Descending: text("SortOrder") == "Descending", Limit: Number(tree["MaxResults"], 10), Order: store.ByCreation,
	}
	switch text("SortBy") {
	case "Name":
		q.Order = store.ByName
	case "Status":
		q.Order = store.ByStatus
	}
	return q
}

func writeToken(p store.Position) string {
	data, _ := json.Marshal(p) // a string or an integer, and an integer
	return base64.URLEncoding.EncodeToString(data)
}

// readToken reads a token for the order it was written in: another order's value has another type or place.
func readToken(token string, o store.Order) (p store.Position, err error) {
	data, err := base64.URLEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err != nil {
		return p, api.InvalidToken("malformed")
	}
	switch v := p.Value.(type) {
	case float64:
		p.Value = int64(v)
		if o == store.ByCreation {
			return p, nil
		}
	case string:
		if o != store.ByCreation {
			return p, nil
		}
	}
	return p, api.InvalidToken("sorted differently")
}
