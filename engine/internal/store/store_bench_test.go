package store

import (
	"fmt"
	"sync/atomic"
	"testing"
)

// BenchmarkInsert is a durable insert from 1 and 8 callers at a time.
func BenchmarkInsert(b *testing.B) {
	for _, callers := range []int{1, 8} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			db := open(b)
			var n atomic.Int64
			b.SetParallelism(callers)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					insert(b, db, sample(fmt.Sprintf("job-%d", n.Add(1)), n.Load()))
				}
			})
		})
	}
}

// BenchmarkJob is a read by name.
func BenchmarkJob(b *testing.B) {
	db := open(b)
	insert(b, db, sample("job", 1))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := db.Jobs.Get(b.Context(), "us-east-1", "job"); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
