#!/usr/bin/python3
"""
Discovers endpoints for Prometheus as its own discovery in Kubernetes does, which Debian's build leaves out: each second
writes all addresses of all Endpoints, with the labels that relabelling expects, to a file for file_sd_configs.

    discover.py FILE

Asks the API server as the pod's service account, which must be allowed to list services and endpoints.
"""

import json
import os
import re
import ssl
import sys
import time
import urllib.request

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
SERVER = f"https://{os.environ['KUBERNETES_SERVICE_HOST']}:{os.environ['KUBERNETES_SERVICE_PORT']}"
TRUSTED = ssl.create_default_context(cafile=f"{ACCOUNT}/ca.crt")


def items(resource: str) -> "list[dict]":
    with open(f"{ACCOUNT}/token") as token:
        headers = {"Authorization": f"Bearer {token.read()}"}
    request = urllib.request.Request(f"{SERVER}/api/v1/{resource}", headers=headers)
    with urllib.request.urlopen(request, context=TRUSTED, timeout=5) as answer:
        return json.load(answer)["items"]


def named(prefix: str, values: "dict[str, str] | None") -> "dict[str, str]":
    return {prefix + re.sub(r"[^a-zA-Z0-9_]", "_", name): value for name, value in (values or {}).items()}


def identity(item: dict) -> "tuple[str, str]":
    return item["metadata"]["namespace"], item["metadata"]["name"]


def targets() -> "list[dict]":
    services = {identity(service): service["metadata"] for service in items("services")}
    found = []
    for endpoints in items("endpoints"):
        namespace, name = identity(endpoints)
        service = services.get((namespace, name), {})
        common = {
            "__meta_kubernetes_namespace": namespace,
            "__meta_kubernetes_service_name": name,
            **named("__meta_kubernetes_service_label_", service.get("labels")),
            **named("__meta_kubernetes_service_annotation_", service.get("annotations")),
        }
        for subset in endpoints.get("subsets") or []:
            for address in (subset.get("addresses") or []) + (subset.get("notReadyAddresses") or []):
                for port in subset.get("ports") or []:
                    labels = {
                        **common,
                        "__meta_kubernetes_endpoint_port_name": port.get("name", ""),
                        "__meta_kubernetes_pod_name": (address.get("targetRef") or {}).get("name", ""),
                    }
                    found.append({"targets": [f"{address['ip']}:{port['port']}"], "labels": labels})
    return found


while True:
    try:
        text = json.dumps(targets())
        with open(f"{sys.argv[1]}.new", "w") as file:
            file.write(text)
        os.replace(f"{sys.argv[1]}.new", sys.argv[1])
    except OSError as error:
        print(error, flush=True)
    time.sleep(1)
