"""Row history under real SQLAlchemy models.

python sqlalchemy_rows.py PIPEROLL GUIDE GROUP: runs the cases of a group in the current folder, which is a project whose target `shop` is `shop.db`, and prints the names of
those that hold. A case that does not hold ends the program.

The groups: `published` has a counterpart of every test of sqlalchemy-audit 0.1.0, `events` of its earlier design with session events, `faults` the faults S-F1 to S-F14
that are matters of an ORM, `context` who and why with a pool of connections, by the recipes that stand in the guide.
"""

import datetime
import functools
import json
import os
import re
import sqlite3
import subprocess
import sys

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import DeclarativeBase, Session, deferred, mapped_column, relationship

PIPEROLL, GUIDE, GROUP = sys.argv[1:]
CASES = {"published": [], "events": [], "faults": [], "context": []}


def case(group):
    def add(function):
        CASES[group].append(function)
        return function

    return add


def piperoll(*arguments, code=0):
    ran = subprocess.run([PIPEROLL, *arguments], capture_output=True, text=True)
    assert ran.returncode == code, (arguments, ran.stdout, ran.stderr)
    return ran


class Yard:
    """A database with the tables of some models, tracked."""

    def __init__(self, base, tracked=None, **options):
        for end in ("", "-wal", "-shm", "-journal"):
            if os.path.exists("shop.db" + end):
                os.remove("shop.db" + end)
        self.engine = sa.create_engine("sqlite:///shop.db", **options)

        @event.listens_for(self.engine, "connect")
        def on(connection, record):
            connection.execute("PRAGMA foreign_keys = ON")

        base.metadata.create_all(self.engine)
        self.engine.dispose()
        piperoll("rows", "track", *(tracked or base.metadata.tables))

    def session(self, **options):
        return Session(self.engine, **options)

    def rows(self, sql):
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(sql)).mappings()]

    def versions(self, table, *columns, history=None):
        """Operation, whether it is a deletion, and the values of columns, of each version."""
        history = history or table + "_audit"
        end = history[len(table) + 1 :]
        rows = self.rows(f'SELECT * FROM "{history}" ORDER BY {end}_seq')
        return [
            (row[f"{end}_operation"], bool(row[f"{end}_isdelete"]), *(row[column] for column in columns))
            for row in rows
        ]


def refused(work, what):
    try:
        work()
    except sa.exc.DBAPIError as error:
        assert what in str(error), error
    else:
        raise AssertionError(f"{what} was expected")


def plain(table="a"):
    class Base(DeclarativeBase):
        pass

    class A(Base):
        __tablename__ = table
        id = mapped_column(sa.String, primary_key=True)
        name = mapped_column(sa.String(50))
        number = mapped_column(sa.Integer, unique=True)
        when = mapped_column(sa.DateTime)

    return Base, A


NOON = datetime.datetime(2026, 11, 1, 12)


@case("published")
def test_rev_schema_creation():
    base, _ = plain("rev_a")
    yard = Yard(base)
    columns = {row["name"]: row for row in yard.rows("SELECT * FROM pragma_table_xinfo('rev_a_rev')")}
    assert {"rev_id", "rev_created", "rev_isdelete"} <= columns.keys()
    assert (columns["rev_created"]["type"], columns["rev_isdelete"]["type"]) == ("REAL", "BOOLEAN")
    source = {row["name"]: row for row in yard.rows("SELECT * FROM pragma_table_info('rev_a')")}
    for name, column in source.items():
        assert columns[name]["type"] == column["type"], name
        assert (columns[name]["notnull"], columns[name]["pk"], columns[name]["dflt_value"]) == (0, 0, None), name
    assert "rev_id" not in source, "nothing is asked of the source"
    assert yard.rows("SELECT * FROM pragma_foreign_key_list('rev_a_rev')") == []


@case("published")
def test_insert():
    base, A = plain()
    yard = Yard(base)
    with yard.session() as session:
        session.add(A(id="1", name="n", number=4, when=NOON))
        session.commit()
    assert yard.versions("a", "id", "name", "number", "when") == [
        ("INSERT", False, "1", "n", 4, "2026-11-01 12:00:00.000000")
    ]


@case("published")
def test_update():
    base, A = plain()
    yard = Yard(base)
    with yard.session() as session:
        a = A(id="1", name="first", number=1)
        session.add(a)
        session.commit()
        a.name = "second"
        session.commit()
        a.name, a.number = "third", 3
        session.commit()
    assert yard.versions("a", "id", "name", "number") == [
        ("INSERT", False, "1", "first", 1),
        ("UPDATE", False, "1", "second", 1),
        ("UPDATE", False, "1", "third", 3),
    ]
    rows = yard.rows("SELECT audit_id, audit_timestamp FROM a_audit ORDER BY audit_seq")
    assert len({row["audit_id"] for row in rows}) == 3
    assert [row["audit_timestamp"] for row in rows] == sorted(row["audit_timestamp"] for row in rows)


@case("published")
def test_delete():
    base, A = plain("rev_a")
    yard = Yard(base)
    with yard.session() as session:
        a = A(id="1", name="n", number=4)
        session.add(a)
        session.commit()
        session.delete(a)
        session.commit()
    assert yard.rows("SELECT * FROM rev_a") == []
    assert yard.versions("rev_a", "id", "name", "number", history="rev_a_rev") == [
        ("INSERT", False, "1", "n", 4),
        ("DELETE", True, "1", None, None),
    ]


@case("published")
def test_insert_null():
    base, A = plain()
    yard = Yard(base)
    with yard.session() as session:
        session.add(A(id="1"))
        session.commit()
    assert yard.versions("a", "id", "name", "number", "when") == [("INSERT", False, "1", None, None, None)]


@case("published")
def test_update_from_null():
    base, A = plain()
    yard = Yard(base)
    with yard.session() as session:
        a = A(id="1")
        session.add(a)
        session.commit()
        a.name = "n"
        session.commit()
    assert yard.versions("a", "id", "name") == [("INSERT", False, "1", None), ("UPDATE", False, "1", "n")]


@case("published")
def test_update_to_null():
    base, A = plain()
    yard = Yard(base)
    with yard.session() as session:
        a = A(id="1", name="n")
        session.add(a)
        session.commit()
        a.name = None
        session.commit()
    assert yard.versions("a", "id", "name") == [("INSERT", False, "1", "n"), ("UPDATE", False, "1", None)]


@case("published")
def test_record_on_flush_only():
    base, A = plain()
    yard = Yard(base)
    with yard.session() as session:
        a = A(id="1", name="one")
        session.add(a)
        a.name = "two"
        a.name = "three"
        session.flush()
        a.name = "never written"
        session.expire(a)
        session.delete(a)
        session.commit()
    assert yard.versions("a", "id", "name") == [("INSERT", False, "1", "three"), ("DELETE", True, "1", "three")]


def family():
    class Base(DeclarativeBase):
        pass

    class Parent(Base):
        __tablename__ = "parent"
        id = mapped_column(sa.Integer, primary_key=True)
        name = mapped_column(sa.String)
        children = relationship("Child", back_populates="parent")

    class Child(Base):
        __tablename__ = "child"
        id = mapped_column(sa.Integer, primary_key=True)
        name = mapped_column(sa.String)
        parent_id = mapped_column(sa.ForeignKey("parent.id"))
        parent = relationship(Parent, back_populates="children")

    return Base, Parent, Child


@case("published")
def test_relationship():
    base, Parent, Child = family()
    yard = Yard(base)
    with yard.session() as session:
        child, parent = Child(id=1), Parent(id=7)
        session.add_all([child, parent])
        session.commit()
        child.parent = parent
        session.commit()
    assert yard.versions("child", "id", "parent_id") == [("INSERT", False, 1, None), ("UPDATE", False, 1, 7)]
    assert yard.versions("parent", "id") == [("INSERT", False, 7)]


@case("published")
def test_backref_relationship():
    base, Parent, Child = family()
    yard = Yard(base)
    with yard.session() as session:
        parent = Parent(id=7, children=[Child(id=1, name="a")])
        session.add(parent)
        session.commit()
        parent.children[0].name = "b"
        session.commit()
        session.delete(parent.children[0])
        session.commit()
    assert yard.versions("child", "name", "parent_id") == [
        ("INSERT", False, "a", 7),
        ("UPDATE", False, "b", 7),
        ("DELETE", True, "b", 7),
    ]
    assert len(yard.versions("parent")) == 1


def association():
    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "user"
        id = mapped_column(sa.Integer, primary_key=True)
        links = relationship("Link", cascade="all, delete-orphan", back_populates="user")

    class Keyword(Base):
        __tablename__ = "keyword"
        id = mapped_column(sa.Integer, primary_key=True)
        text = mapped_column(sa.String)
        links = relationship("Link", cascade="all, delete-orphan", passive_deletes=True, back_populates="keyword")

    class Link(Base):
        __tablename__ = "user_keyword"
        user_id = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
        keyword_id = mapped_column(sa.ForeignKey("keyword.id", ondelete="CASCADE"), primary_key=True)
        user = relationship(User, back_populates="links")
        keyword = relationship(Keyword, back_populates="links")

    return Base, User, Keyword, Link


@case("published")
def test_association_object_rev_schema_creation():
    base, *_ = association()
    yard = Yard(base)
    names = [row["name"] for row in yard.rows("SELECT name FROM pragma_table_info('user_keyword_audit')")]
    assert names[-2:] == ["user_id", "keyword_id"]
    assert yard.rows("SELECT * FROM pragma_foreign_key_list('user_keyword_audit')") == []


def linked():
    base, User, Keyword, Link = association()
    yard = Yard(base)
    session = yard.session()
    user = User(id=1)
    keywords = [Keyword(id=number, text=text) for number, text in ((1, "foo"), (2, "boo"))]
    session.add_all([user, *keywords])
    user.links = [Link(keyword=keyword) for keyword in keywords]
    session.commit()
    return yard, session, user, keywords


@case("published")
def test_association_object_insert():
    yard, session, *_ = linked()
    session.close()
    assert yard.versions("user", "id") == [("INSERT", False, 1)]
    assert yard.versions("keyword", "text") == [("INSERT", False, "foo"), ("INSERT", False, "boo")]
    assert yard.versions("user_keyword", "user_id", "keyword_id") == [("INSERT", False, 1, 1), ("INSERT", False, 1, 2)]


@case("published")
def test_association_object_delete():
    yard, session, user, _ = linked()
    user.links.pop()
    session.commit()
    session.close()
    assert yard.versions("user_keyword", "user_id", "keyword_id")[2:] == [("DELETE", True, 1, 2)]
    assert (len(yard.versions("user")), len(yard.versions("keyword"))) == (1, 2)


@case("published")
def test_association_object_delete_cascade():
    yard, session, _, keywords = linked()
    session.delete(keywords[1])
    session.commit()
    session.close()
    assert yard.versions("keyword", "text")[2:] == [("DELETE", True, "boo")]
    assert yard.versions("user_keyword", "user_id", "keyword_id")[2:] == [("DELETE", True, 1, 2)]


def history_class(base, table):
    """The history as a class of the ORM."""

    class History(base):
        __table__ = sa.Table(table, base.metadata, sa.Column("audit_seq", sa.Integer, primary_key=True), autoload_with=ENGINE[0])

    return History


ENGINE = [None]


def with_history():
    base, A = plain()
    yard = Yard(base)
    with yard.session() as session:
        session.add(A(id="1", name="n"))
        session.commit()
    ENGINE[0] = yard.engine
    return yard, history_class(base, "a_audit")


@case("published")
def test_cannot_update_revision():
    yard, History = with_history()
    with yard.session() as session:
        session.scalars(sa.select(History)).one().name = "TAMPERED"
        refused(session.commit, "takes no UPDATE")
    assert yard.versions("a", "name") == [("INSERT", False, "n")]


@case("published")
def test_cannot_delete_revision():
    yard, History = with_history()
    with yard.session() as session:
        session.delete(session.scalars(sa.select(History)).one())
        refused(session.commit, "takes no UPDATE, no DELETE")
    assert len(yard.versions("a")) == 1


@case("events")
def test_deferred():
    class Base(DeclarativeBase):
        pass

    class A(Base):
        __tablename__ = "a"
        id = mapped_column(sa.Integer, primary_key=True)
        name = mapped_column(sa.String)
        large = deferred(mapped_column(sa.String))

    yard = Yard(Base)
    with yard.session() as session:
        session.add(A(id=1, name="n", large="text"))
        session.commit()
    with yard.session() as session:
        session.get(A, 1).name = "m"
        session.commit()
    assert yard.versions("a", "name", "large") == [("INSERT", False, "n", "text"), ("UPDATE", False, "m", "text")]


def hierarchy():
    class Base(DeclarativeBase):
        pass

    class Top(Base):
        __tablename__ = "top"
        id = mapped_column(sa.Integer, primary_key=True)
        kind = mapped_column(sa.String)
        name = mapped_column(sa.String)
        __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "top"}

    class Middle(Top):
        __tablename__ = "middle"
        id = mapped_column(sa.ForeignKey("top.id"), primary_key=True)
        middle = mapped_column(sa.String)
        __mapper_args__ = {"polymorphic_identity": "middle"}

    class Bottom(Middle):
        __tablename__ = "bottom"
        id = mapped_column(sa.ForeignKey("middle.id"), primary_key=True)
        bottom = mapped_column(sa.String)
        __mapper_args__ = {"polymorphic_identity": "bottom"}

    return Base, Top, Middle, Bottom


@case("events")
def test_joined_inheritance():
    base, _, Middle, _ = hierarchy()
    yard = Yard(base)
    with yard.session() as session:
        session.add(Middle(id=1, name="n", middle="m"))
        session.commit()
        session.get(Middle, 1).middle = "x"
        session.commit()
    assert yard.versions("top", "id", "kind", "name") == [("INSERT", False, 1, "middle", "n")]
    assert yard.versions("middle", "id", "middle") == [("INSERT", False, 1, "m"), ("UPDATE", False, 1, "x")]


@case("events")
def test_joined_inheritance_multilevel():
    base, _, _, Bottom = hierarchy()
    yard = Yard(base)
    with yard.session() as session:
        session.add(Bottom(id=1, name="n", middle="m", bottom="b"))
        session.commit()
        session.delete(session.get(Bottom, 1))
        session.commit()
    for table, column, value in (("top", "name", "n"), ("middle", "middle", "m"), ("bottom", "bottom", "b")):
        assert yard.versions(table, column) == [("INSERT", False, value), ("DELETE", True, value)], table


def single():
    class Base(DeclarativeBase):
        pass

    class Animal(Base):
        __tablename__ = "animal"
        id = mapped_column(sa.Integer, primary_key=True)
        kind = mapped_column(sa.String)
        __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "animal"}

    class Cat(Animal):
        lives = mapped_column(sa.Integer, nullable=True)
        __mapper_args__ = {"polymorphic_identity": "cat"}

    return Base, Animal, Cat


@case("events")
def test_single_inheritance():
    base, Animal, Cat = single()
    yard = Yard(base)
    with yard.session() as session:
        session.add_all([Animal(id=1), Cat(id=2, lives=9)])
        session.commit()
    assert yard.versions("animal", "kind", "lives") == [("INSERT", False, "animal", None), ("INSERT", False, "cat", 9)]


@case("events")
def test_unique():
    base, A = plain()
    yard = Yard(base)
    with yard.session() as session:
        a = A(id="1", number=4)
        session.add(a)
        session.commit()
        a.name = "x"
        session.commit()
    assert yard.versions("a", "number") == [("INSERT", False, 4), ("UPDATE", False, 4)], "no unique key in the history"


def numbered(**columns):
    class Base(DeclarativeBase):
        pass

    members = {"__tablename__": "a", "id": mapped_column(sa.Integer, primary_key=True), "name": mapped_column(sa.String)}
    return Base, type("A", (Base,), members | columns)


@case("faults")
def s_f1_capture_before_the_key_exists():
    base, A = numbered()
    yard = Yard(base)
    with yard.session() as session:
        session.add_all([A(name="x"), A(name="y")])
        session.commit()
    assert yard.versions("a", "id", "name") == [("INSERT", False, 1, "x"), ("INSERT", False, 2, "y")]


@case("faults")
def s_f2_miss_values_made_by_the_database():
    base, A = numbered(
        d=mapped_column(sa.String, default="python"),
        sd=mapped_column(sa.String, server_default="server"),
        up=mapped_column(sa.Integer, onupdate=99),
        twice=mapped_column(sa.String, sa.Computed("sd || sd")),
    )
    yard = Yard(base)
    with yard.session() as session:
        a = A(name="x")
        session.add(a)
        session.commit()
        a.name = "y"
        session.commit()
    assert yard.versions("a", "d", "sd", "up", "twice") == [
        ("INSERT", False, "python", "server", None, "serverserver"),
        ("UPDATE", False, "python", "server", 99, "serverserver"),
    ]
    last = yard.rows("SELECT id, name, d, sd, up, twice FROM a")
    assert yard.versions("a", "id", "name", "d", "sd", "up", "twice")[-1][2:] == tuple(last[0].values())


@case("faults")
def s_f3_lose_base_tables():
    base, _, Middle, _ = hierarchy()
    yard = Yard(base)
    with yard.session() as session:
        session.add(Middle(id=1, name="n", middle="m"))
        session.commit()
        session.get(Middle, 1).name = "base only"
        session.commit()
    assert yard.versions("top", "name") == [("INSERT", False, "n"), ("UPDATE", False, "base only")]
    assert len(yard.versions("middle")) == 1


@case("faults")
def s_f4_break_subclasses():
    base, _, Cat = single()
    yard = Yard(base)
    with yard.session() as session:
        session.add(Cat(id=2, lives=9))
        session.commit()
        session.get(Cat, 2).lives = 8
        session.commit()
    assert yard.versions("animal", "lives") == [("INSERT", False, 9), ("UPDATE", False, 8)]


@case("faults")
def s_f5_write_history_elsewhere_than_the_change():
    base, A = numbered()
    yard = Yard(base)
    one, other = yard.session(), yard.session()
    one.add(A(id=1, name="kept"))
    one.commit()
    other.add(A(id=2, name="gone"))
    other.flush()
    other.rollback()
    one.add(A(id=3, name="kept"))
    one.commit()
    one.close()
    other.close()
    assert yard.versions("a", "id") == [("INSERT", False, 1), ("INSERT", False, 3)]


@case("faults")
def s_f6_add_to_a_flush_in_progress():
    base, A = numbered()
    yard = Yard(base)
    with yard.session() as session:
        session.add(A(id=1, name="x"))
        session.flush()
        assert session.execute(sa.text("SELECT count(*) FROM a_audit")).scalar() == 1
        session.rollback()
    assert yard.versions("a") == []


@case("faults")
def s_f7_be_passed_by():
    class Base(DeclarativeBase):
        pass

    links = sa.Table(
        "a_tag",
        Base.metadata,
        sa.Column("a_id", sa.ForeignKey("a.id"), primary_key=True),
        sa.Column("tag_id", sa.ForeignKey("tag.id"), primary_key=True),
    )

    class Tag(Base):
        __tablename__ = "tag"
        id = mapped_column(sa.Integer, primary_key=True)

    class A(Base):
        __tablename__ = "a"
        id = mapped_column(sa.Integer, primary_key=True)
        name = mapped_column(sa.String)
        data = mapped_column(MutableDict.as_mutable(sa.JSON))
        tags = relationship(Tag, secondary=links)

    yard = Yard(Base)
    with yard.session() as session:
        session.bulk_save_objects([A(id=1, name="a", data={"n": 1}), A(id=2, name="b")])
        session.bulk_insert_mappings(A, [{"id": 3, "name": "c"}])
        session.execute(sa.insert(A), [{"id": 4, "name": "d"}, {"id": 5, "name": "e"}])
        session.query(A).filter(A.id == 2).update({"name": "query"})
        session.execute(sa.update(A).where(A.id == 3).values(name="core"))
        session.bulk_update_mappings(A, [{"id": 4, "name": "bulk"}])
        session.execute(sa.text("UPDATE a SET name = 'sql' WHERE id = 5"))
        session.commit()
        one = session.get(A, 1)
        one.data["n"] = 2
        one.tags.append(Tag(id=7))
        session.commit()
        one.tags.clear()
        session.query(A).filter(A.id == 2).delete()
        session.execute(sa.delete(A).where(A.id == 3))
        session.commit()
    with yard.engine.begin() as connection:
        connection.exec_driver_sql("INSERT OR REPLACE INTO a (id, name) VALUES (5, 'replaced')")
    assert yard.versions("a", "id", "name", "data") == [
        ("INSERT", False, 1, "a", '{"n": 1}'),
        ("INSERT", False, 2, "b", None),
        ("INSERT", False, 3, "c", None),
        ("INSERT", False, 4, "d", None),
        ("INSERT", False, 5, "e", None),
        ("UPDATE", False, 2, "query", None),
        ("UPDATE", False, 3, "core", None),
        ("UPDATE", False, 4, "bulk", None),
        ("UPDATE", False, 5, "sql", None),
        ("UPDATE", False, 1, "a", '{"n": 2}'),
        ("DELETE", True, 2, "query", None),
        ("DELETE", True, 3, "core", None),
        ("DELETE", True, 5, "sql", None),
        ("INSERT", False, 5, "replaced", None),
    ]
    assert yard.versions("a_tag", "a_id", "tag_id") == [("INSERT", False, 1, 7), ("DELETE", True, 1, 7)]


@case("faults")
def s_f8_guard_only_one_door():
    yard, History = with_history()
    for statement in (sa.update(History).values(name="TAMPERED"), sa.delete(History)):
        with yard.session() as session:
            refused(lambda: session.execute(statement), "takes no UPDATE, no DELETE and no REPLACE")
    with yard.session() as session:
        refused(lambda: session.query(History).update({"name": "x"}), "takes no UPDATE")
    assert yard.versions("a", "name") == [("INSERT", False, "n")]


@case("faults")
def s_f9_lose_a_key_change():
    base, A = numbered()
    yard = Yard(base)
    with yard.session() as session:
        a = A(id=1, name="x")
        session.add(a)
        session.commit()
        a.id = 9
        session.commit()
    assert yard.versions("a", "id", "name") == [
        ("INSERT", False, 1, "x"),
        ("UPDATE", True, 1, "x"),
        ("UPDATE", False, 9, "x"),
    ]
    last = json.loads(piperoll("rows", "history", "a", "1", "--json").stdout.splitlines()[-1])
    assert last["moved_to"] == {"id": 9}, last


@case("faults")
def s_f10_record_a_change_that_is_none():
    base, A = numbered()
    yard = Yard(base)
    with yard.session() as session:
        a = A(id=1, name="x")
        session.add(a)
        session.commit()
        a.name = "x"  # expired by the commit, and set without being loaded
        session.commit()
        session.execute(sa.update(A).values(name="x"))
        session.commit()
    assert yard.versions("a", "name") == [("INSERT", False, "x")]


@case("faults")
def s_f11_drop_columns_by_their_name():
    base, A = numbered(audit_note=mapped_column(sa.String))
    yard = Yard(base)
    with yard.session() as session:
        a = A(id=1, audit_note="kept")
        session.add(a)
        session.commit()
        a.audit_note = "kept too"
        session.commit()
    assert yard.versions("a", "audit_note") == [("INSERT", False, "kept"), ("UPDATE", False, "kept too")]


@case("faults")
def s_f13_leave_out_who_and_why():
    base, A = numbered()
    yard = Yard(base)
    hooks()
    with yard.session(info={"piperoll": {"actor": "anna", "reason": "why"}}) as session:
        session.add(A(id=1, name="x"))
        session.commit()
        session.get(A, 1).name = "y"
        session.commit()
    rows = yard.rows("SELECT audit_actor, audit_reason FROM a_audit ORDER BY audit_seq")
    assert [tuple(row.values()) for row in rows] == [("anna", "why")] * 2


@case("faults")
def s_f14_fail_on_a_second_call():
    base, A = numbered()
    yard = Yard(base)
    told = json.loads(piperoll("rows", "track", "a", "--json").stdout)
    assert [table["done"] for table in told["tables"]] == ["nothing"], told


def recipe(word, language="python"):
    """The code of the guide that has a word in it."""
    with open(GUIDE, encoding="utf-8") as guide:
        blocks = re.findall(rf"^```{language}\n(.*?)^```$", guide.read(), re.MULTILINE | re.DOTALL)
    (found,) = [block for block in blocks if word in block]
    return found


@functools.cache
def hooks():
    """What the guide recommends: once, for every session of this process."""
    exec(recipe("say_who"), {})


def actors(yard):
    rows = yard.rows("SELECT id, audit_actor FROM a_audit ORDER BY audit_seq")
    return [tuple(row.values()) for row in rows]


@case("context")
def one_connection_serves_several_people():
    base, A = numbered()
    yard = Yard(base, poolclass=sa.QueuePool, pool_size=1, max_overflow=0)
    hooks()
    for number, who in enumerate(("anna", None, "ben", None), 1):
        info = {"piperoll": {"actor": who, "reason": None}} if who else {}
        with yard.session(info=info) as session:
            session.add(A(id=number))
            session.commit()
    assert actors(yard) == [(1, "anna"), (2, None), (3, "ben"), (4, None)]


@case("context")
def what_is_left_over_does_not_commit_and_is_not_used():
    base, A = numbered()
    yard = Yard(base, poolclass=sa.QueuePool, pool_size=1, max_overflow=0)
    with yard.session() as session:
        session.execute(sa.text("INSERT INTO piperoll_context (only, actor) VALUES (1, 'forgetful')"))
        session.add(A(id=1))
        refused(session.commit, "FOREIGN KEY constraint failed")
    # SQLAlchemy gives the connection back to the pool as it is, with the transaction open: whoever gets it commits nothing of the other's, nor under his name.
    with yard.session() as session:
        session.add(A(id=2))
        refused(session.commit, "FOREIGN KEY constraint failed")
    yard.engine.dispose()
    with yard.session() as session:
        session.add(A(id=3))
        session.commit()
    assert actors(yard) == [(3, None)]
    assert yard.rows("SELECT count(*) AS n FROM piperoll_context") == [{"n": 0}]


@case("context")
def a_savepoint_that_ends_leaves_it():
    base, A = numbered()
    yard = Yard(base, poolclass=sa.QueuePool, pool_size=1, max_overflow=0)
    hooks()
    with yard.session(info={"piperoll": {"actor": "anna", "reason": None}}) as session:
        with session.begin_nested():
            session.add(A(id=1))
        session.add(A(id=2))
        session.commit()
    assert actors(yard) == [(1, "anna"), (2, "anna")]


@case("context")
def a_transaction_that_is_rolled_back_says_nothing_to_the_next():
    base, A = numbered()
    yard = Yard(base, poolclass=sa.QueuePool, pool_size=1, max_overflow=0)
    hooks()
    with yard.session(info={"piperoll": {"actor": "anna", "reason": None}}) as session:
        session.add(A(id=1))
        session.flush()
        session.rollback()
    with yard.session() as session:
        session.add(A(id=2))
        session.commit()
    assert actors(yard) == [(2, None)]


@case("context")
def sqlite3_of_python_says_who_as_the_guide_does():
    base, A = numbered()
    yard = Yard(base)
    told = {}
    exec(recipe("def acting"), told)
    connection = sqlite3.connect("shop.db")
    connection.execute("PRAGMA foreign_keys = ON")
    with told["acting"](connection, "anna", "why"):
        connection.execute("INSERT INTO a (id) VALUES (1)")
    with connection:
        connection.execute("INSERT INTO a (id) VALUES (2)")
    try:
        with told["acting"](connection, "ben", None):
            connection.execute("INSERT INTO a (id) VALUES (3)")
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    with connection:
        connection.execute("INSERT INTO a (id) VALUES (4)")
    connection.close()
    assert actors(yard) == [(1, "anna"), (2, None), (4, None)]


@case("context")
def sql_says_who_as_the_guide_does():
    class Base(DeclarativeBase):
        pass

    class Reservation(Base):
        __tablename__ = "reservation"
        id = mapped_column(sa.Integer, primary_key=True)
        name = mapped_column(sa.String)
        party = mapped_column(sa.Integer)

    yard = Yard(Base)
    connection = sqlite3.connect("shop.db")
    connection.executescript("PRAGMA foreign_keys = ON;" + recipe("piperoll_context", "sql"))
    connection.close()
    rows = yard.rows("SELECT id, audit_actor, audit_reason FROM reservation_audit")
    assert rows == [{"id": 2, "audit_actor": "anna", "audit_reason": "booked by phone"}]
    assert yard.rows("SELECT count(*) AS n FROM piperoll_context") == [{"n": 0}]


held = []
for function in CASES[GROUP]:
    function()
    held.append(function.__name__)
print(json.dumps(held))
