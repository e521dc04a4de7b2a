"""Who is on the demo platform: people and service accounts. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ADMIN", "ADMIN_NAME", "DEPARTMENTS", "PEOPLE", "Person"]

ADMIN = "rlindqvist"
"""The User ID of the demo's administrator."""

ADMIN_NAME = "Rhea Lindqvist"

DEPARTMENTS = (
    "Customer Care",
    "Data Science",
    "Finance",
    "Logistics",
    "Marketing",
    "Platform Engineering",
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, or a service, who joined the platform; ``left`` days ago, if no longer there."""

    user_id: str
    name: str
    department: str
    left: int | None = None

    @property
    def is_service(self) -> bool:
        """Whether it is a service account."""
        return self.user_id.startswith("svc-")

    @property
    def email(self) -> str:
        """An address in the domain that is reserved for examples (RFC 2606)."""
        return f"{self.user_id}@example.org"


# User ID, name and, after a slash, how many days ago they left.
_NAMES = {
    "Customer Care": """
        aokafor Amara Okafor
        bdubois Benoît Dubois
        cmoreau Camille Moreau
        ehassan Eman Hassan
        gsilva Gabriela Silva
        jmwangi Joseph Mwangi
        mkowalska Małgorzata Kowalska
        npatel Nikhil Patel
        twilliams Tessa Williams / 63
        svc-helpdesk-bot Help desk bot
    """,
    "Data Science": """
        aivanova Anastasia Ivanova
        dchen Chen Daiyu (陈黛玉)
        fosei Francis Osei
        hnakamura Haruto Nakamura (中村 陽翔)
        ljohansson Linnéa Johansson
        mrossi Matteo Rossi
        snguyen Nguyễn Thị Sương
        ybensaid Yasmine Ben Saïd
        pkruger Pieter Krüger / 41
        svc-feature-store Feature store
        svc-model-serving Model serving
    """,
    "Finance": """
        acastillo Alejandra Castillo
        bschmidt Björn Schmidt
        dcohen Dalia Cohen (דליה כהן)
        jdoe Jane Doe
        kadeyemi Kehinde Adeyemi
        mfernandes Marta Fernandes
        ranand Rohan Anand
        socallaghan Siobhán O'Callaghan
        vpopescu Vlad Popescu / 26
        svc-invoice-run Invoice run
        svc-ledger-export Ledger export
    """,
    "Logistics": """
        ademir Aylin Demir
        csantos Caio Santos
        elarsen Erik Larsen
        imahlangu Itumeleng Mahlangu
        kpark Park Ki-woo (박기우)
        opetrov Oleksandr Petrov
        rgarcia Rosa García
        wtan Tan Wei Ling
        svc-carrier-sync Carrier sync
        svc-warehouse Warehouse terminals
    """,
    "Marketing": """
        abell Ada Bell
        falmasri Faisal Al-Masri (فيصل المصري)
        ghorvath Gergő Horváth
        jlefebvre Jade Lefebvre
        msingh Manpreet Singh
        nkeita Nana Keïta
        lbrown Lucas Brown / 88
        svc-campaigns Campaign sender
        svc-web-shop Web shop
    """,
    "Platform Engineering": """
        rlindqvist Rhea Lindqvist
        dmurphy Declan Murphy
        esahin Elif Şahin
        gpapadaki Georgia Papadaki (Γεωργία Παπαδάκη)
        hreyes Hugo Reyes
        ntamm Nele Tamm
        taroha Tāne Aroha
        svc-backup Nightly backup
        svc-etl Nightly loads
        svc-legacy-sync Legacy sync / 17
    """,
}


def _people() -> tuple[Person, ...]:
    people = []
    for department, lines in _NAMES.items():
        for line in lines.strip().splitlines():
            user_id, _, rest = line.strip().partition(" ")
            name, _, left = rest.partition(" / ")
            people.append(Person(user_id, name, department, int(left) if left else None))
    return tuple(people)


PEOPLE = _people()
