set -euo pipefail
cp -R --remove-destination /usr/share/elasticsearch/config/. /mnt/config/
mkdir -p /mnt/config/satkube
cp --remove-destination /mnt/conf/elasticsearch.yml /mnt/config/elasticsearch.yml
for file in roles.yml service_tokens users users_roles; do
  ln -sf "satkube/$file" "/mnt/config/$file"
done
if [ ! -e /mnt/data/_state ]; then
  echo 'cluster.initial_master_nodes: [elasticsearch-0, elasticsearch-1, elasticsearch-2]' >> /mnt/config/elasticsearch.yml
fi
