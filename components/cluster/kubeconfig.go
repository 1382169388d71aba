package cluster

import "encoding/json"

// Kubeconfig is what a client needs to reach an EKS cluster. It holds no credential: the AWS CLI makes a token for whoever runs it.
type Kubeconfig struct {
	// Cluster is the cluster's name.
	Cluster string
	// Endpoint is the API server's URL.
	Endpoint string
	// Authority is the API server's CA certificate in base64.
	Authority string
	// Region is the AWS region.
	Region string
}

// JSON returns the kubeconfig as a file of client-go's v1.Config form.
func (k Kubeconfig) JSON() (string, error) {
	raw, err := json.Marshal(map[string]any{
		"apiVersion":      "v1",
		"kind":            "Config",
		"current-context": k.Cluster,
		"clusters": []any{map[string]any{"name": k.Cluster, "cluster": map[string]any{
			"server":                     k.Endpoint,
			"certificate-authority-data": k.Authority,
		}}},
		"contexts": []any{map[string]any{"name": k.Cluster, "context": map[string]any{
			"cluster": k.Cluster,
			"user":    k.Cluster,
		}}},
		"users": []any{map[string]any{"name": k.Cluster, "user": map[string]any{"exec": map[string]any{
			"apiVersion":      "client.authentication.k8s.io/v1beta1",
			"command":         "aws",
			"args":            []string{"eks", "get-token", "--cluster-name", k.Cluster, "--region", k.Region, "--output", "json"},
			"interactiveMode": "Never",
		}}}},
	})
	return string(raw), err
}
