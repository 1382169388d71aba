package cost

// key counts a key of KMS. A rotation adds a version that is billed like a key, a year after the key was made at the earliest.
func (c *counter) key(r Resource) {
	c.line(r, "KMS key", "kms/key", 1)
	if rotates, _ := r.at("enableKeyRotation").flag(); rotates {
		c.usage(r, "older versions of the key, after its rotations", "kms/key")
	}
	c.usage(r, "requests to the key", "kms/requests")
}

func (c *counter) logGroup(r Resource) {
	c.usage(r, "gigabytes written to the log group", "logs/ingested-gb")
	c.usage(r, "gigabytes kept in the log group", "logs/stored-gb")
}
