package config

// Monitoring sizes what watches the platform. Addresses and keys of receivers are secrets of the stack and never stand here: see
// MonitoringSecrets.
type Monitoring struct {
	// Replicas is 1, or 2 for a pair of Prometheus and of Alertmanager that outlives the loss of a worker node.
	Replicas int `json:"replicas"`
	// RetentionDays is how long Prometheus keeps what it measured, in days, as long as the volume holds it.
	RetentionDays int `json:"retentionDays"`
	// Storage is the size of each Prometheus' volume, a Kubernetes quantity.
	Storage string `json:"storage"`
	// Memory is each Prometheus' memory, request and limit alike, a Kubernetes quantity.
	Memory string `json:"memory"`
	// CPU is each Prometheus' CPU, request and limit alike, a Kubernetes quantity.
	CPU string `json:"cpu"`
	// KubeletsUnverified takes any certificate of a kubelet: needed where kubelets sign their own, as on kind. Whoever answers at a node's address then sees Prometheus' token.
	KubeletsUnverified bool `json:"kubeletsUnverified"`
	// Email sends alerts by mail; leave it out for no mail.
	Email *Email `json:"email"`
}

// Email says where alerts are mailed to, and through whom.
type Email struct {
	// To is the address of whoever is on call.
	To string `json:"to"`
	// From is the sender's address.
	From string `json:"from"`
	// Smarthost is the mail server, HOST:PORT. It must offer TLS.
	Smarthost string `json:"smarthost"`
	// Username is the name to log in with at the mail server; its password is the secret satkube:alertEmailPassword.
	Username string `json:"username"`
}

// The secrets of the stack that Monitoring uses where they are set: pulumi config set --secret satkube:NAME.
const (
	// SecretAlertWebhook is the URL that every alert is posted to.
	SecretAlertWebhook = "alertWebhook"
	// SecretAlertPagerDuty is the routing key of PagerDuty, for critical alerts.
	SecretAlertPagerDuty = "alertPagerDuty"
	// SecretAlertEmailPassword is the password of Email.Username.
	SecretAlertEmailPassword = "alertEmailPassword"
	// SecretDeadMansSwitch is the URL that is called as long as alerting works; whoever answers there raises the alarm when the calls stop.
	SecretDeadMansSwitch = "deadMansSwitch"
)

// Logging sizes what keeps the logs of all pods.
type Logging struct {
	// Nodes is how many Elasticsearch run: 1, or 3 that outlive the loss of one. It can grow, but not shrink.
	Nodes int `json:"nodes"`
	// Storage is the size of each Elasticsearch's volume, a Kubernetes quantity.
	Storage string `json:"storage"`
	// Memory is each Elasticsearch's memory, request and limit alike, a Kubernetes quantity; half of it becomes the heap.
	Memory string `json:"memory"`
	// CPU is each Elasticsearch's CPU, request and limit alike, a Kubernetes quantity.
	CPU string `json:"cpu"`
	// RetentionDays is how long a line is kept, in days.
	RetentionDays int `json:"retentionDays"`
	// BufferMiB is how much each worker node keeps while Elasticsearch is away, in MiB.
	BufferMiB int `json:"bufferMiB"`
	// Mmap lets Elasticsearch map its files into memory, which is faster. Worker nodes need vm.max_map_count of 262144 for it, which Bottlerocket has and kind has not.
	Mmap bool `json:"mmap"`
}
