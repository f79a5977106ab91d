from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..tools.content import Unreadable
from ..tools.readers import registry


def table(*rows, separator=","):
    """Return a CSV file of rows whose cells are divided by blanks or ``|``."""
    return "\n".join(separator.join(row.split("|")) for row in rows).encode()


class ReaderCase(BaseCase):
    """Reads small files of one system."""

    def read(self, files, **options):
        """Return the content of ``{name: bytes}``."""
        return registry.read(list(files.items()), options)

    def moved(self, content):
        """Return payer, payee, amount and kind of what moves money."""
        return [
            (one.payer, one.payee, str(one.amount), one.kind)
            for one in content.payments
            if not one.note
        ]

    def codes(self, content):
        """Return how often each code of a problem is told."""
        counts = {}
        for problem in content.problems:
            counts[problem.code] = counts.get(problem.code, 0) + 1
        return counts


@tagged("post_install", "-at_install")
class TestCyclos(ReaderCase):
    """Cyclos 3 writes each payment twice; Cyclos 4 once."""

    USERS = table(
        "Nombre de usuario;Nombre completo;Correo electrónico;Grupo",
        "anna;Anna Vidal;anna@example.org;Socios",
        "berta;Berta Puig;;Socios",
        separator=",",
    )

    def details(self, *rows, last=()):
        head = (
            "Nombre de usuario;Tipo de cuenta;Tipo de transferencia;Fecha;Monto;"
            "De o para;Número;Descripción"
        )
        return "\n".join((head, *rows, *last)).encode()

    def test_each_payment_of_cyclos_3_is_booked_once(self):
        content = self.read(
            {
                "users.csv": self.USERS,
                "pagos.csv": self.details(
                    "anna;Cuenta;Pago;03/02/2020 10:00;-1.250,50;Berta Puig;T1;pan",
                    "berta;Cuenta;Pago;03/02/2020 10:00;1.250,50;Anna Vidal;T1;pan",
                    "anna;Cuenta;Pago;14/02/2020 10:00;5,00;Cuenta del sistema;;alta",
                ),
            }
        )
        self.assertEqual(content.system, "cyclos")
        self.assertEqual(
            self.moved(content),
            [
                ("anna", "berta", "1250.50", "payment"),
                ("Cuenta del sistema", "anna", "5.00", "payment"),
            ],
        )
        self.assertEqual(content.payments[0].moment.month, 2)
        self.assertEqual(content.facts["without_pair"], 1)

    def test_equal_payments_without_a_number_are_paired_one_to_one(self):
        sides = (
            "anna;Cuenta;Pago;03/02/2020 10:00;-2,00;berta;;pan",
            "berta;Cuenta;Pago;03/02/2020 10:00;2,00;anna;;pan",
        )
        content = self.read(
            {
                "users.csv": self.USERS,
                "pagos.csv": self.details(
                    *sides, *sides, "anna;Cuenta;Pago;14/02/2020;1,00;berta;;"
                ),
            }
        )
        self.assertEqual(len(content.payments), 3)

    def test_a_file_that_was_cut_off_is_refused(self):
        with self.assertRaises(Unreadable) as caught:
            self.read(
                {
                    "users.csv": self.USERS,
                    "pagos.csv": self.details(
                        "anna;Cuenta;Pago;14/02/2020 10:00;-1,50;berta;T1;pan",
                        last=("Se alcanzó el límite de 5000 resultados;;;;;;;",),
                    ),
                }
            )
        self.assertEqual(caught.exception.code, "cut")

    def test_kinds_and_states_of_cyclos_4_are_understood(self):
        content = self.read(
            {
                "users.csv": table(
                    "Name,Username,E-mail,Group,Status",
                    "Anna Vidal,anna,anna@example.org,Members,active",
                    "Berta Puig,berta,berta@example.org,Members,removed",
                ),
                "transfers.csv": table(
                    "Transaction number,Date,Amount,From,To,Currency,Kind,Status",
                    "A1,2024-05-01,10.00,System,anna,ECO,initialCredit,",
                    "A2,2024-05-02,4.00,anna,berta,ECO,payment,processed",
                    "A3,2024-05-03,4.00,berta,anna,ECO,chargeback,",
                    "A4,2024-05-03,9.00,berta,anna,ECO,payment,denied",
                    "A5,2024-05-04,0.50,anna,System,ECO,accountFee,",
                ),
                "balances.csv": table("Username,Balance", "anna,9.50", "berta,0.00"),
            }
        )
        self.assertEqual(
            [kind for *_rest, kind in self.moved(content)],
            ["opening", "payment", "reversal", "fee"],
        )
        self.assertEqual(content.facts["left_out"], {"denied": 1})
        self.assertEqual(content.accounts["berta"].state, "closed")
        self.assertEqual(content.currency.name, "ECO")
        self.assertEqual(content.accounts["anna"].balance, Decimal("9.50"))


@tagged("post_install", "-at_install")
class TestElas(ReaderCase):
    """eLAS and eLAND: a file for each table."""

    FILES = {
        "users.csv": table(
            "id,letscode,name,fullname,status,accountrole,minlimit,maxlimit,adate",
            "1,001,Anna,Anna Claes,1,user,-500,999999999,2012-01-01",
            "2,002,Bert,Bert Peeters,0,user,-500,500,2012-01-01",
            "3,900,Andere,Andere groep,7,interlets,,,",
        ),
        "contact.csv": table(
            "id,id_user,id_type_contact,value,access",
            "1,1,3,anna@example.org,1",
            "2,1,2,+32 555 000,2",
        ),
        "type_contact.csv": table("id,name,abbrev", "2,GSM,gsm", "3,E-mail,mail"),
        "messages.csv": table(
            "id,id_user,subject,content,category_id,offer_want,created_at,expires_at",
            "1,1,Jam,Ik maak jam,5,offer,2024-01-01,2030-01-01",
        ),
        "categories.csv": table("id,name,id_parent,fullname", "5,Eten,,Eten"),
        "transactions.csv": table(
            "id,id_from,id_to,real_from,real_to,amount,description,transid,created_at",
            "1,1,2,,,20,jam,T1,2020-01-02 10:00:00",
            "2,3,1,Carla van LETS Zuid,,15,brood,T2,2020-01-03 10:00:00",
        ),
    }

    def test_people_accounts_and_announcements_are_read(self):
        content = self.read(self.FILES)
        self.assertEqual(content.system, "elas")
        anna = content.people["001"]
        self.assertEqual((anna.name, anna.email), ("Anna Claes", "anna@example.org"))
        self.assertEqual(anna.shares, {"email": "members", "phone": "nobody"})
        self.assertEqual(content.accounts["001"].lower, Decimal(-500))
        self.assertIsNone(content.accounts["001"].upper)
        self.assertEqual(content.accounts["002"].state, "closed")
        self.assertEqual(
            [
                (advert.kind, advert.title, advert.category)
                for advert in content.adverts
            ],
            [("offer", "Jam", "Eten")],
        )

    def test_a_member_of_another_group_is_booked_on_its_account(self):
        content = self.read(self.FILES)
        self.assertEqual(
            self.moved(content),
            [("001", "002", "20", "payment"), ("900", "001", "15", "payment")],
        )
        self.assertEqual(content.payments[1].foreign, "Carla van LETS Zuid")
        self.assertEqual(content.accounts["900"].kind, "foreign")
        self.assertEqual(self.codes(content)["foreign_party"], 1)


@tagged("post_install", "-at_install")
class TestOtherSystems(ReaderCase):
    """Community Forge, oscurrency, Open Collective, TimeOverflow by its tables."""

    def test_community_forge_leaves_out_what_did_not_move(self):
        files = {
            "transactions.csv": table(
                "xid,serial,payer,payee,quantity,created,state,type,description",
                "1,7,anna@example.org,bob@example.org,2.50,1577880000,1,default,bread",
                "2,7,anna@example.org,office,0.10,1577880000,1,auto,",
                "3,8,bob@example.org,anna@example.org,1.00,1577890000,-1,default,later",
            ),
            "users.csv": table(
                "uid,name,mail,created,status",
                "2,Anna,anna@example.org,1500000000,1",
                "3,Bob,bob@example.org,1500000000,0",
            ),
            "balances.csv": table(
                "user,balance,gross_income", "Anna,-2.60,0", "3,2.50,1"
            ),
        }
        content = self.read(files)
        self.assertEqual(
            self.moved(content),
            [("2", "3", "2.50", "payment"), ("2", "office", "0.10", "fee")],
        )
        self.assertEqual(content.payments[0].group, "7")
        self.assertEqual(content.facts["left_out"], {"pending": 1})
        self.assertEqual(content.accounts["2"].balance, Decimal("-2.60"))
        files["transactions.csv"] = files["transactions.csv"].replace(b",-1,", b",42,")
        with self.assertRaises(Unreadable) as caught:
            self.read(files)
        self.assertIn("42 (1)", str(caught.exception))

    def test_each_payment_without_an_amount_is_refused(self):
        with self.assertRaises(Unreadable) as caught:
            self.read(
                {
                    "transactions.csv": table(
                        "xid,serial,payer,payee,quantity,created,state,type",
                        "1,7,anna@example.org,bob@example.org,,1577880000,1,default",
                        "2,8,anna@example.org,bob@example.org,1.00,1577880000,1,x",
                        "3,9,bob@example.org,anna@example.org,,1577890000,1,default",
                    )
                }
            )
        self.assertEqual([one.row for one in caught.exception.rows], [1, 3])

    def test_the_offset_of_an_account_is_an_opening_balance(self):
        content = self.read(
            {
                "exchanges.csv": table(
                    "id,customer_id,worker_id,amount,group_id,notes,created_at,deleted_at",
                    "1,10,11,5.00,1,bread,2015-01-01 10:00:00,",
                    "2,10,11,7.00,1,mistake,2015-01-02 10:00:00,2015-01-03 10:00:00",
                ),
                "accounts.csv": table(
                    "id,person_id,balance,offset,credit_limit,name",
                    "1,10,-3.00,2.00,50,personal",
                    "2,11,5.00,0,50,personal",
                ),
            }
        )
        self.assertEqual(content.system, "oscurrency")
        self.assertEqual(
            self.moved(content),
            [
                ("Brought forward", "10", "2.00", "opening"),
                ("10", "11", "5.00", "payment"),
            ],
        )
        self.assertEqual(content.accounts["10"].lower, Decimal(-50))

    def test_fees_and_refunds_of_a_collective_have_their_kind(self):
        head = (
            "datetime,shortId,shortGroup,description,type,kind,isRefund,shortRefundId,"
            "amount,netAmount,balance,currency,accountSlug,accountName,"
            "oppositeAccountSlug,oppositeAccountName"
        )
        content = self.read(
            {
                "transactions.csv": table(
                    head,
                    "2024-01-01T10:00:00Z,a1,g1,Gift,CREDIT,CONTRIBUTION,,,20.00,20.00,"
                    "20.00,EUR,garden,Garden,anna,Anna",
                    "2024-01-01T10:00:00Z,a2,g1,Fee,DEBIT,HOST_FEE,,,-2.00,-2.00,18.00,"
                    "EUR,garden,Garden,host,Host",
                    "2024-01-05T10:00:00Z,a3,g2,Gift back,DEBIT,CONTRIBUTION,REFUND,a1,"
                    "-20.00,-20.00,-2.00,EUR,garden,Garden,anna,Anna",
                )
            }
        )
        self.assertEqual(content.system, "open_collective")
        self.assertEqual(
            self.moved(content),
            [
                ("anna", "garden", "20.00", "payment"),
                ("garden", "host", "2.00", "fee"),
                ("garden", "anna", "20.00", "reversal"),
            ],
        )
        self.assertEqual(content.accounts["garden"].balance, Decimal("-2.00"))
        self.assertEqual(content.payments[2].reverses, "a1")

    def test_the_tables_of_a_time_bank_have_numbers_and_seconds(self):
        files = {
            "organizations.csv": table("id,name,theme", "1,Rio Claro,", "2,Other,"),
            "users.csv": table(
                "id,username,email,phone,alt_phone,locale",
                "5,Anna,anna@example.org,,,es",
                "6,Bert,user6@example.com,,,es",
            ),
            "members.csv": table(
                "id,user_id,organization_id,member_uid,active,entry_date",
                "50,5,1,1,t,2015-01-01",
                "60,6,1,2,f,2015-01-01",
            ),
            "accounts.csv": table(
                "id,accountable_type,accountable_id,organization_id,balance,"
                "max_allowed_balance,min_allowed_balance",
                "100,Member,50,1,-3601,,-36000",
                "101,Member,60,1,3601,,",
                "102,Organization,1,1,0,,",
                "103,Member,70,1,0,,",
                "200,Member,80,2,0,,",
            ),
            "transfers.csv": table(
                "id,post_id,reason,operator_id,created_at",
                "900,,garden,,2016-01-01 10:00:00",
                "901,,elsewhere,,2016-01-01 10:00:00",
            ),
            "movements.csv": table(
                "id,account_id,transfer_id,amount,created_at",
                "1,100,900,-3601,2016-01-01",
                "2,101,900,3601,2016-01-01",
                "3,200,901,60,2016-01-01",
            ),
        }
        content = self.read(files, organization="1")
        self.assertEqual(content.system, "timeoverflow-sql")
        self.assertEqual(content.name, "Rio Claro")
        [payment] = content.payments
        self.assertEqual((payment.payer, payment.payee, payment.id), ("1", "2", "900"))
        self.assertEqual(payment.amount, 1)
        self.assertEqual(content.people["2"].email, "")
        self.assertEqual(content.accounts["2"].state, "closed")
        self.assertEqual(content.accounts["1"].lower, Decimal(-10))
