package cost

import (
	"encoding/json"
	"strings"
	"testing"
)

// Whatever inputs there are: nothing panics, every line has an amount that is not negative, what has none has a reason, and a resource
// that AWS bills is in the bill.
func FuzzOf(f *testing.F) {
	for _, inputs := range []string{
		`{}`, `null`, `{"region":"us-east-1"}`, `{"scalingConfig":{"desiredSize":2},"instanceTypes":["m7g.large"],"launchTemplate":{}}`,
		`{"spec":{"replicas":1e300,"volumeClaimTemplates":[{"spec":{"resources":{"requests":{"storage":"1.5Gi"}}}},7]}}`,
		`{"blockDeviceMappings":[{"ebs":{"volumeSize":-1,"volumeType":"gp3"}},null,{"ebs":"04da6b54-80e4-46f7-96ec-b56ff0331ba9"}]}`,
		`{"vpcEndpointType":"Interface","subnetIds":["a",1,null]}`, `{"loadBalancerType":"network","subnetMappings":[{},[]]}`,
		`{"metadata":{"name":"gp3","annotations":{"storageclass.kubernetes.io/is-default-class":true}},"provisioner":"ebs.csi.aws.com","parameters":{"type":"gp3","iops":"99999999999"}}`,
	} {
		f.Add(inputs, "")
		f.Add(inputs, urnOf("aws:kms/key:Key", "resource"))
	}
	tokens := []string{
		"aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup", "aws:ec2/natGateway:NatGateway", "aws:ec2/eip:Eip", "aws:ec2/vpcEndpoint:VpcEndpoint",
		"aws:lb/loadBalancer:LoadBalancer", "kubernetes:core/v1:Service", "aws:kms/key:Key", "aws:cloudwatch/logGroup:LogGroup", "aws:ebs/volume:Volume",
		"kubernetes:core/v1:PersistentVolumeClaim", "kubernetes:apps/v1:StatefulSet", classType, templateType, providerType, "aws:s3/bucket:Bucket", "",
	}
	f.Fuzz(func(t *testing.T, text, parent string) {
		var inputs object
		if json.Unmarshal([]byte(text), &inputs) != nil {
			return
		}
		resources := []Resource{provider("us-east-2"), storageClass("fallback", true, object{"type": "gp3"})}
		for _, token := range tokens {
			resources = append(resources, Resource{URN: urnOf(token, "resource"), Type: token, Name: "resource", Parent: parent, Inputs: inputs})
		}
		e, err := Of(resources)
		if err != nil {
			t.Fatal(err)
		}
		told := map[string]bool{}
		for _, line := range e.Lines {
			told[line.URN] = true
			if line.Monthly < 0 || line.Reason != "" || line.Price.Source == "" {
				t.Fatalf("line %+v", line)
			}
		}
		for _, line := range append(e.Unpriced, e.Usage...) {
			told[line.URN] = true
			if line.Monthly != 0 || line.Reason == "" {
				t.Fatalf("no amount: %+v", line)
			}
		}
		for _, token := range tokens {
			billed := strings.HasPrefix(token, "aws:") && !free(token) && token != "aws:ec2/vpcEndpoint:VpcEndpoint"
			if billed && !told[urnOf(token, "resource")] {
				t.Fatalf("%s is passed over in silence: %s", token, text)
			}
		}
	})
}
