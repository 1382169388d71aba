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
