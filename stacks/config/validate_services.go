package config

import (
	"net"
	"net/mail"
	"strconv"
	"strings"
)

const (
	wantAddress   = "a mail address such as oncall@example.com"
	wantSmarthost = "a mail server as HOST:PORT, such as smtp.example.com:587"
	wantUsername  = "the name to log in with at the mail server"
)

// checkMonitoring checks what watches the platform.
func checkMonitoring(p Platform, found *mistakes) {
	m := *p.Monitoring
	// Refused monitoring.replicas: anything but 1 and 2. More than a pair adds cost and no safety.
	if m.Replicas != 1 && m.Replicas != 2 {
		found.add("monitoring.replicas", m.Replicas, "1, or 2 for a pair")
	}
	// Refused monitoring.replicas: 1 on a stack with a mainnet node. Nobody would hear of a cheating peer while the one Prometheus moves.
	if m.Replicas == 1 && p.HoldsMoney() {
		found.add("monitoring.replicas", m.Replicas, "2, because nodes of this stack hold money")
	}
	// Refused monitoring.retentionDays: less than 1 or more than 730. Prometheus is no archive.
	if m.RetentionDays < 1 || m.RetentionDays > 730 {
		found.add("monitoring.retentionDays", m.RetentionDays, "1 to 730 days")
	}
	// Refused monitoring.storage: no size, or less than 1Gi. Prometheus' write-ahead log alone takes some hundred MB.
	if size, ok := checkSize("monitoring.storage", m.Storage, found); ok && size < gib {
		found.add("monitoring.storage", m.Storage, "at least 1Gi")
	}
	// Refused monitoring.memory: no size, or less than 512Mi. Prometheus is killed as soon as its head block outgrows it.
	if size, ok := checkSize("monitoring.memory", m.Memory, found); ok && size < 512*mib {
		found.add("monitoring.memory", m.Memory, "at least 512Mi")
	}
	checkCPU("monitoring.cpu", m.CPU, found)
	if m.Email != nil && found.clean("monitoring.email") {
		checkEmail(*m.Email, found)
	}
}

func checkEmail(e Email, found *mistakes) {
	for _, address := range []struct{ key, value string }{{"to", e.To}, {"from", e.From}} {
		// Refused monitoring.email.to, from: no mail address.
		parsed, err := mail.ParseAddress(address.value)
		if err != nil || parsed.Address != address.value {
			found.add("monitoring.email."+address.key, address.value, wantAddress)
		}
	}
	// Refused monitoring.email.smarthost: no HOST:PORT.
	host, port, err := net.SplitHostPort(e.Smarthost)
	number, isNumber := strconv.Atoi(port)
	if err != nil || host == "" || strings.ContainsAny(host, " /") || isNumber != nil || number < 1 || number > 65535 {
		found.add("monitoring.email.smarthost", e.Smarthost, wantSmarthost)
	}
	// Refused monitoring.email.username: an empty one. A relay without login lets anybody send alarms.
	if e.Username == "" {
		found.add("monitoring.email.username", e.Username, wantUsername)
	}
}

// checkLogging checks what keeps the logs.
func checkLogging(p Platform, found *mistakes) {
	l := *p.Logging
	// Refused logging.nodes: anything but 1 and 3. Two cannot agree on who leads when they lose each other.
	if l.Nodes != 1 && l.Nodes != 3 {
		found.add("logging.nodes", l.Nodes, "1, or 3 that outlive the loss of one")
	}
	// Refused logging.nodes: 1 on a stack with a mainnet node. What is needed after an incident would be gone with one volume.
	if l.Nodes == 1 && p.HoldsMoney() {
		found.add("logging.nodes", l.Nodes, "3, because nodes of this stack hold money")
	}
	// Refused logging.storage: no size, or less than 1Gi.
	if size, ok := checkSize("logging.storage", l.Storage, found); ok && size < gib {
		found.add("logging.storage", l.Storage, "at least 1Gi")
	}
	// Refused logging.memory: no size, or less than 2Gi, half of which is the heap.
	if size, ok := checkSize("logging.memory", l.Memory, found); ok && size < 2*gib {
		found.add("logging.memory", l.Memory, "at least 2Gi")
	}
	checkCPU("logging.cpu", l.CPU, found)
	// Refused logging.retentionDays: less than 1 or more than 3650.
	if l.RetentionDays < 1 || l.RetentionDays > 3650 {
		found.add("logging.retentionDays", l.RetentionDays, "1 to 3650 days")
	}
	// Refused logging.bufferMiB: less than 64 or more than 8192. It shares a disk with what the pods write.
	if l.BufferMiB < 64 || l.BufferMiB > 8192 {
		found.add("logging.bufferMiB", l.BufferMiB, "64 to 8192 MiB")
	}
}
