set -euo pipefail
cp -R --remove-destination /usr/share/elasticsearch/config/. /mnt/config/
mkdir -p /mnt/config/satkube
cp --remove-destination /mnt/conf/elasticsearch.yml /mnt/config/elasticsearch.yml
for file in roles.yml service_tokens users users_roles; do
  ln -sf "satkube/$file" "/mnt/config/$file"
done
