package backtrack

// failures is a set of keys above zero. Its zero value is empty.
type failures struct {
	table []uint64 // zero where it is free
	count int
}

const firstTable = 256

// add puts a key into the set and says whether it is new there.
func (f *failures) add(key uint64) bool {
	if 2*f.count >= len(f.table) {
		f.grow()
	}
	if !f.put(key) {
		return false
	}
	f.count++
	return true
}

func (f *failures) put(key uint64) bool {
	mask := uint64(len(f.table) - 1)
	i := (key * 0x9e3779b97f4a7c15 >> 32) & mask
	for ; f.table[i] != 0; i = (i + 1) & mask {
		if f.table[i] == key {
			return false
		}
	}
	f.table[i] = key
	return true
}

func (f *failures) grow() {
	old := f.table
	f.table = make([]uint64, max(firstTable, 4*len(old)))
	for _, key := range old {
		if key != 0 {
			f.put(key)
		}
	}
}
