# The official Odoo 19 image with the suite. Build: docker compose build
FROM odoo:19.0

USER root
# Programs that encrypt backups and send them elsewhere.
RUN apt-get update \
    && apt-get install -y --no-install-recommends gnupg rclone restic tzdata \
    && rm -rf /var/lib/apt/lists/*
COPY requirements-addons.txt /tmp/requirements-addons.txt
RUN pip3 install --no-cache-dir --no-deps --only-binary=:all: --break-system-packages \
        -r /tmp/requirements-addons.txt \
    && rm /tmp/requirements-addons.txt
COPY addons /mnt/extra-addons
COPY odoo.conf /etc/odoo/odoo.conf
# The password that manages databases: a random one, which nobody needs to know.
RUN python3 -c "import secrets; print('admin_passwd =', secrets.token_urlsafe(32))" \
        >> /etc/odoo/odoo.conf \
    && chown root:odoo /etc/odoo/odoo.conf \
    && chmod 640 /etc/odoo/odoo.conf
# A volume takes over whose it is.
RUN install -d -o odoo -g odoo -m 700 /backups
VOLUME /backups
USER odoo

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=5 \
    CMD ["curl", "--fail", "--silent", "http://127.0.0.1:8069/web/health"]
