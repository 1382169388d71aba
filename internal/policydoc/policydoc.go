// Package policydoc writes AWS IAM policy documents.
package policydoc

import "encoding/json"

// Document is an IAM policy document of version 2012-10-17.
type Document struct {
	Version   string
	Statement []Statement
}

// Statement is one statement of a Document. Empty fields are left out.
type Statement struct {
	Sid       string                         `json:",omitempty"`
	Effect    string                         `json:""`
	Principal map[string]string              `json:",omitempty"`
	Action    []string                       `json:""`
	Resource  []string                       `json:",omitempty"`
	Condition map[string]map[string][]string `json:",omitempty"`
}

// Of returns the document of these statements.
func Of(statements ...Statement) Document {
	return Document{Version: "2012-10-17", Statement: statements}
}

// AssumedBy returns the trust policy that lets an AWS service assume a role.
func AssumedBy(service string) Document {
	return Of(Statement{Effect: "Allow", Principal: map[string]string{"Service": service}, Action: []string{"sts:AssumeRole"}})
}

// AssumedByPods returns the trust policy that lets EKS Pod Identity hand a role to pods, with the session tags that name the pod.
func AssumedByPods() Document {
	return Of(Statement{
		Effect:    "Allow",
		Principal: map[string]string{"Service": "pods.eks.amazonaws.com"},
		Action:    []string{"sts:AssumeRole", "sts:TagSession"},
	})
}

// JSON returns the document as IAM takes it.
func (d Document) JSON() string {
	// Strings and lists of strings always marshal.
	raw, _ := json.Marshal(d)
	return string(raw)
}

// Indented returns the document for a person to read.
func (d Document) Indented() string {
	raw, _ := json.MarshalIndent(d, "", "  ")
	return string(raw) + "\n"
}
