"""An Airflow DAG file, imported before and after by the real Airflow (its task SDK). Run by hand, since Airflow's 130
packages take longer to install than all other tests of programs take to run:

    build/venv/bin/python -m pytest tests/byhand
"""

import subprocess
import sys
import textwrap

import support
from support import made_password

AIRFLOW = "apache-airflow-task-sdk==1.3.2"


def airflow_python():
    """An environment of its own, made once."""
    folder = support.BUILD / "airflow"
    with support.alone("airflow"):
        if not (folder / "complete").exists():
            subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=300)
            install = [folder / "bin" / "python", "-m", "pip", "install", "-q", AIRFLOW, "python-dotenv"]
            subprocess.run(install, check=True, timeout=3600)
            (folder / "complete").touch()
    return folder / "bin" / "python"


def test_a_dag_file_is_imported_as_before(keylift, project, home):
    password = made_password()
    project.write("dags/orders.py", textwrap.dedent(f'''\
        from datetime import datetime

        from airflow.sdk import DAG, dag, task

        WAREHOUSE_PASSWORD = "{password}"


        @dag(schedule="@daily", start_date=datetime(2024, 1, 1), catchup=False, default_args={{"retries": 2}})
        def orders():
            @task
            def load(password=WAREHOUSE_PASSWORD):
                return len(password)

            load()


        loaded = orders()
        with DAG("check", schedule=None, params={{"password": "{password}"}}) as check:
            pass
        '''))  # fmt: skip
    project.write("show.py", textwrap.dedent('''\
        import runpy

        found = runpy.run_path("dags/orders.py")
        for dag in (found["loaded"], found["check"]):
            print(dag.dag_id, dag.task_ids, dag.default_args, dag.params.dump())
        print(found["WAREHOUSE_PASSWORD"])
        '''))  # fmt: skip
    env = {"AIRFLOW_HOME": str(home / "airflow")}
    before = project.python("show.py", env=env, python=airflow_python(), timeout=600)
    assert before.returncode == 0 and password in before.stdout, before.stderr
    run = keylift("migrate", "--yes", ".", cwd=project)
    assert run.returncode == 0 and password not in project.read("dags/orders.py"), run.stdout + run.stderr
    after = project.python("show.py", env=env, python=airflow_python(), timeout=600)
    assert after.stdout == before.stdout, after.stderr
