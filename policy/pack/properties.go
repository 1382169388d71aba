package pack

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// Properties returns properties as reviews take them in Input.Props, for programs that run without an engine.
func Properties(properties resource.PropertyMap) map[string]any { return object(properties) }
