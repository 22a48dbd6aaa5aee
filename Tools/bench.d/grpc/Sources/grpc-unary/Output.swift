import Glibc

/// Standard output is a pipe for Tools/bench, which waits for the line.
func flushOutput() {
    fflush(nil)
}
