package logging

import (
	"fmt"
	"strings"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

const (
	fluentdDir    = "/etc/fluentd"
	fluentdSecret = "/etc/fluentd-secret"
	// stateDir is where fluentd keeps how far it has read, and what is not sent yet.
	stateDir = "/state"
	// rejectedMetric counts the lines that are lost; our own metric, made by a filter of fluent-plugin-prometheus.
	rejectedMetric = "satkube_log_lines_rejected_total"
)

// renderFluentd is fluent.conf. A line goes through two labels: @LINES puts together what the container runtime split, and @SHIP takes
// out secrets first, before any other plugin sees it, then finds fields and whose line it is. The plugins are those of the image
// fluentd-kubernetes-daemonset v1.19 debian-elasticsearch9 (its Gemfile.lock).
func renderFluentd(args Args, elasticsearch kube.Endpoint) string {
	parts := []string{
		`<system>
  log_level info
</system>
`,
		metricsSource(),
		tailSource(args),
		`<label @LINES>
  # Lines above 16 KiB come in pieces; a secret could be cut in two.
  <filter **>
    @type concat
    key message
    use_partial_cri_logtag true
    partial_cri_logtag_key logtag
    partial_cri_stream_key stream
    stream_identity_key stream
    separator ""
    flush_interval 10s
    timeout_label @SHIP
  </filter>
  <match **>
    @type relabel
    @label @SHIP
  </match>
</label>
`,
		"<label @SHIP>\n",
		redactionFilter(),
		parserFilter("lnd", lndLine),
		parserFilter("bitcoind", bitcoindLine),
		`  <filter kubernetes.**>
    @type kubernetes_metadata
    watch false
    skip_container_metadata true
    skip_master_url true
    skip_namespace_metadata true
  </filter>
  # A line that is sent again after a lost answer keeps its number and is not stored twice.
  <filter **>
    @type elasticsearch_genid
    hash_id_key _hash
  </filter>
`,
		elasticsearchOutput(args, elasticsearch),
		"</label>\n",
		errorLabel(),
	}
	return strings.Join(parts, "")
}

func metricsSource() string {
	return fmt.Sprintf(`<source>
  @type prometheus
  bind 0.0.0.0
  port %d
  metrics_path /metrics
</source>
<source>
  @type prometheus_output_monitor
  interval 10
</source>
`, metricsPort().Number)
}

// tailSource reads the files of all containers but its own, which would feed on itself.
func tailSource(args Args) string {
	return fmt.Sprintf(`<source>
  @type tail
  @id containers
  @label @LINES
  path /var/log/containers/*.log
  exclude_path ["/var/log/containers/%s-*_%s_*.log"]
  pos_file %s/containers.pos
  tag kubernetes.*
  read_from_head true
  follow_inodes true
  refresh_interval 10
  encoding UTF-8
  <parse>
    @type cri
    keep_time_key false
  </parse>
</source>
`, fluentdApp(args).Name, args.AgentNamespace.Name, stateDir)
}

// redactionFilter takes secrets out of the message. What is no UTF-8 is replaced first: no expression would match it.
func redactionFilter() string {
	var text strings.Builder
	text.WriteString(`  <filter **>
    @type record_modifier
    <record>
      message ${record["message"].to_s.scrub("?")}
    </record>
  </filter>
  <filter **>
    @type record_modifier
`)
	for _, r := range redactions() {
		fmt.Fprintf(&text, `    # %s
    <replace>
      key message
      expression /%s/
      replace %s
    </replace>
`, r.name, r.expression, r.replacement())
	}
	text.WriteString("  </filter>\n")
	return text.String()
}

// parserFilter finds the fields of a program's lines, by the name of its container. Other lines of it, such as those of a crash, stay
// as they are. The event's time remains the container runtime's, which is finer; the program's own is a field like the others, so the
// parser is told to look for its time elsewhere.
func parserFilter(container, expression string) string {
	return fmt.Sprintf(`  <filter kubernetes.var.log.containers.*_*_%s-*.log>
    @type parser
    key_name message
    reserve_data true
    reserve_time true
    emit_invalid_record_to_error false
    <parse>
      @type regexp
      expression /%s/
      time_key none
    </parse>
  </filter>
`, container, expression)
}

// elasticsearchOutput sends in bulk, and keeps on disk what cannot be sent, for as long as it takes. Only when the buffer is full it
// stops to read; the kubelet keeps the files a while longer.
func elasticsearchOutput(args Args, elasticsearch kube.Endpoint) string {
	return fmt.Sprintf(`  <match **>
    @type elasticsearch
    @id elasticsearch
    scheme https
    host %s
    port %d
    ca_file %s/%s
    ssl_verify true
    ssl_min_version TLSv1_2
    ssl_max_version TLSv1_3
    user %s
    password "#{File.read('%s/%s').strip}"
    # It starts while Elasticsearch is away, and asks for nothing but to add lines.
    verify_es_version_at_startup false
    default_elasticsearch_version 9
    suppress_type_name true
    index_name %s
    write_operation create
    id_key _hash
    remove_keys _hash
    include_timestamp true
    request_timeout 30s
    # It stays with the Service's name: the pods' addresses, which it could ask for, are not in the certificate.
    reload_connections false
    reload_on_failure false
    reconnect_on_error true
    # An overloaded Elasticsearch is no reason to throw lines away.
    unrecoverable_error_types ["out_of_memory_error"]
    <buffer tag>
      @type file
      path %s/elasticsearch
      total_limit_size %dm
      chunk_limit_size 8m
      flush_mode interval
      flush_interval 5s
      flush_thread_count 2
      retry_type exponential_backoff
      retry_max_interval 30s
      retry_forever true
      overflow_action block
      disable_chunk_backup true
    </buffer>
  </match>
`, elasticsearch.Host, elasticsearch.Port.Number, fluentdSecret, caFile, fluentdUser, fluentdSecret, passwordFile, dataStream, stateDir, args.BufferMiB)
}

// errorLabel counts what could not be stored, and shows it to nobody: fluentd's own log would be the place where secrets come to light
// that were on their way to be taken out.
func errorLabel() string {
	return fmt.Sprintf(`<label @ERROR>
  <filter **>
    @type prometheus
    <metric>
      name %s
      type counter
      desc Lines that were neither stored nor kept
    </metric>
  </filter>
  <match **>
    @type null
  </match>
</label>
`, rejectedMetric)
}
