package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Order is what a list of jobs is sorted by.
type Order string

const (
	ByCreation Order = "created"
	ByName     Order = "name"
	ByStatus   Order = "status"
)

// JobQuery selects a page of jobs. Zero values select everything, oldest first.
type JobQuery struct {
	Region         string
	NameContains   string
	Status         string
	CreatedAfter   time.Time // exclusive, as are the other three
	CreatedBefore  time.Time
	ModifiedAfter  time.Time
	ModifiedBefore time.Time
	Order          Order
	Descending     bool
	After          *Position // the last row of the page before
	Limit          int
}

// Position is a row's place in an order: its sort value and, among equal values, its id.
type Position struct {
	Value any   `json:"v"` // string, or unix milliseconds for ByCreation
	ID    int64 `json:"i"`
}

// Position returns j's place in the order.
func (j Job) Position(o Order) Position {
	switch o {
	case ByName:
		return Position{j.Name, j.ID}
	case ByStatus:
		return Position{j.Status, j.ID}
	default:
		return Position{j.Created.UnixMilli(), j.ID}
	}
}

// List returns up to q.Limit jobs. Paging by position is stable while jobs come and go.
func (t *Table) List(ctx context.Context, q JobQuery) ([]Job, error) {
	column, direction, beyond := string(q.Order), "ASC", ">"
	if column == "" {
		column = string(ByCreation)
	}
	if q.Descending {
		direction, beyond = "DESC", "<"
	}
	where, args := q.conditions()
	if q.After != nil {
		where = append(where, fmt.Sprintf("(%s, id) %s (?, ?)", column, beyond))
		args = append(args, q.After.Value, q.After.ID)
	}
	rows, err := t.db.read.QueryContext(ctx, fmt.Sprintf(`SELECT %s FROM %s WHERE %s ORDER BY %s %s, id %s LIMIT ?`,
		jobColumns, t.name, strings.Join(where, " AND "), column, direction, direction), append(args, q.Limit)...)
	return collect(rows, err, scanJob)
}

func (q JobQuery) conditions() (where []string, args []any) {
	add := func(condition string, arg any) {
		where, args = append(where, condition), append(args, arg)
	}
	add("region = ?", q.Region)
	if q.NameContains != "" {
		add("instr(name, ?) > 0", q.NameContains)
	}
	if q.Status != "" {
		add("status = ?", q.Status)
	}
	for _, bound := range []struct {
		condition string
		at        time.Time
	}{
		{"created > ?", q.CreatedAfter},
		{"created < ?", q.CreatedBefore},
		{"modified > ?", q.ModifiedAfter},
		{"modified < ?", q.ModifiedBefore},
	} {
		if !bound.at.IsZero() {
			add(bound.condition, bound.at.UnixMilli())
		}
	}
	return where, args
}
