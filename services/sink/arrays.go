package main

import (
	"encoding/json"
	"math"
	"reflect"
	"time"
)

// arrays returns rows column by column: an array for each exported field, in the order of the struct. Where a field is itself an
// array, those of all rows follow each other in one.
func arrays[R any](in []R) []any {
	var columns []any
	all := reflect.ValueOf(in)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[R]()) {
		if field.Anonymous || !field.IsExported() {
			continue
		}
		width, kind := 1, field.Type
		if kind.Kind() == reflect.Array {
			width, kind = kind.Len(), kind.Elem()
		}
		column := reflect.MakeSlice(reflect.SliceOf(kind), width*len(in), width*len(in))
		for i := range in {
			value := all.Index(i).FieldByIndex(field.Index)
			if width == 1 {
				column.Index(i).Set(value)
			} else {
				reflect.Copy(column.Slice(i*width, (i+1)*width), value)
			}
		}
		columns = append(columns, column.Interface())
	}
	return columns
}

// moment returns t to the microsecond, rounded as Postgres rounds a time that it reads as text; pgx would cut off the rest.
func moment(t time.Time) time.Time {
	micros := math.RoundToEven(float64(t.Nanosecond()) / 1e9 * 1e6)
	return t.Truncate(time.Second).Add(time.Duration(micros) * time.Microsecond)
}

// inJSON encodes strings and finite numbers, for which there is no error. Postgres refuses the text that other numbers leave.
func inJSON(value any) string {
	b, _ := json.Marshal(value)
	return string(b)
}
