// Package mutants tests the suite of stores itself: a store with one defect must
// fail it, and by the case that is there for that.
//
// A mutant is a real store's code with one piece replaced, built with go's
// overlay: what is tested is the code as it is, and a piece that is not found in
// it any more fails the test. There is nothing here but tests.
package mutants
