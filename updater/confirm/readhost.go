package confirm

// Reading is what the stacks say together about one host, by the matrix of
// DOMAIN section 5: one of the reasons that [State] can have as its Reading. ""
// is that nothing stands out.
func (h HostProof) Reading() Reason { return h.reading() }
