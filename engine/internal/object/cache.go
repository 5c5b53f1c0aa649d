package object

import "sync"

// bucketCache remembers buckets that HeadBucket has found, because every create of a job asks for its buckets. This
// process is the only writer of the index. A row that was read before a deletion must not enter the cache after it:
// each deletion starts a generation, and put takes a row only in the generation in which it was read.
type bucketCache struct {
	mu         sync.RWMutex
	generation int
	found      map[string]Bucket
}

func (c *bucketCache) get(name string) (b Bucket, generation int, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	b, ok = c.found[name]
	return b, c.generation, ok
}

func (c *bucketCache) put(b Bucket, generation int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation != c.generation {
		return
	}
	if c.found == nil {
		c.found = map[string]Bucket{}
	}
	c.found[b.Name] = b
}

// drop is called when the deletion has been committed, or has failed.
func (c *bucketCache) drop(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	delete(c.found, name)
}
