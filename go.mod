module github.com/tidemark-go/tidemark

go 1.26

require github.com/RoaringBitmap/roaring/v2 v2.25.0

require (
	github.com/bits-and-blooms/bitset v1.24.4 // indirect
	github.com/mschoch/smat v0.2.0 // indirect
)
