#!/bin/bash
# Written by Terraform from the settings below; changes are overwritten.
# settings: @SETTINGS@
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
home=/opt/mlspace
anaconda=/home/ec2-user/anaconda3
install -d -m 755 "$home"

# A Python with boto3. If this fails, the instance starts without the settings.
for python in "$anaconda/envs/JupyterSystemEnv/bin/python" /usr/bin/python3; do
  if "$python" -c 'import boto3' 2>/dev/null; then break; fi
done
"$python" - "$home" <<'PYTHON'
import base64, gzip, json, os, sys
payload = "@PAYLOAD@"
for name, text in json.loads(gzip.decompress(base64.b64decode(payload))).items():
    path = os.path.join(sys.argv[1], name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o644)
PYTHON
