"""The service in this process, for tests of what it does together with a command or with another process."""

import threading

from connector.app import create_app
from connector.runtime.service import Service, build_service
from connector.server import WebServer
from connector.settings import load_settings
from connector.store.database import Database
from tests.process.service_process import ServiceProcess
from tests.service.shop import QUICK_PACE


class ServiceHere(ServiceProcess):
    """Starts and stops it as if it were a process; its settings and its database stay the same from start to start.

    A new process takes more than a second of a processor's time before it begins.
    """

    _service: Service | None = None

    def start_and_wait(self) -> "ServiceHere":
        values = {name.lower(): value for name, value in self.environment.items()}
        settings = load_settings(env_file=None, **values)
        self._service = build_service(settings, Database(settings.database_url), pace=QUICK_PACE)
        self._server = WebServer(create_app(self._service), "127.0.0.1", self.port)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        self._service.start()
        return self

    @property
    def service(self) -> Service:
        assert self._service is not None
        return self._service

    def stop(self) -> None:
        """Ends it as a signal would."""
        if self._service is not None:
            self._server.stop()
            self._thread.join(10)
            self._service.close()
            self._service = None
