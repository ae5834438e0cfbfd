"""The tables that several examples read: customers of a telephone company, and echoes of a sonar.

Files are looked for in the folder that KERAUNOS_DATASETS names (without it in ../shared/data beside the repository),
then in the cache, and are downloaded otherwise. Where that fails a made-up table with the same columns stands in, and a
line says so.
"""

import os
import pathlib

import keraunos as keras
import numpy as np
import pandas as pd

SHARED = pathlib.Path(__file__).resolve().parents[2] / "shared" / "data"
# file: (address, SHA-256 where it is known)
ADDRESSES = {
    "customer_churn.csv": (
        "https://raw.githubusercontent.com/IBM/telco-customer-churn-on-icp4d/master/data/Telco-Customer-Churn.csv",
        "16320c9c1ec72448db59aa0a26a0b95401046bef5d02fd3aeb906448e3055e91",
    ),
    "sonar_dataset.csv": ("https://raw.githubusercontent.com/jbrownlee/Datasets/master/sonar.csv", None),
}
# What a month of every service costs, in the real table as well: the least-squares fit to it is within 0.1 of this.
PRICES = {
    "PhoneService": 20,
    "MultipleLines": 5,
    "DSL": 25,
    "Fiber optic": 50,
    "OnlineSecurity": 5,
    "OnlineBackup": 5,
    "DeviceProtection": 5,
    "TechSupport": 5,
    "StreamingTV": 10,
    "StreamingMovies": 10,
}
OPTIONS = list(PRICES)[4:]


def find(name):
    """Path of a file, or None where it can neither be found nor downloaded."""
    folder = pathlib.Path(os.environ.get("KERAUNOS_DATASETS") or SHARED)
    for path in (folder / name, folder / "tabular" / name):
        if path.is_file():
            return path
    address, file_hash = ADDRESSES[name]
    try:
        return keras.utils.get_file(name, address, file_hash=file_hash)
    except Exception as error:  # Keras raises a plain Exception
        print(f"{name}: {str(error).splitlines()[0]}")
        return None


def churn():
    """The table of customers as it is in the file, 7,043 rows: text, numbers, and what is missing."""
    path = find("customer_churn.csv")
    if path is None:
        print("using a made-up table of customers with the same columns: its numbers mean nothing")
        return made_up_churn()
    return pd.read_csv(path)


def sonar():
    """(x, y): 208 echoes, the energy in 60 bands from 0 to 1, float32 `(208, 60)`; and 1 for a mine, 0 for a rock."""
    path = find("sonar_dataset.csv")
    if path is None:
        print("using made-up echoes of the same form: their numbers mean nothing")
        return made_up_sonar()
    table = pd.read_csv(path, header=None)
    return table[range(60)].to_numpy("float32"), (table[60] == "M").to_numpy("float32")


def made_up_churn(rows=7043, seed=0):
    """Customers who do not exist: drawn so that price list, rules and reasons to leave resemble the real ones."""
    rng = np.random.default_rng(seed)

    def choice(*values, p=None):
        return rng.choice(np.array(values, object), rows, p=p)

    internet = choice("DSL", "Fiber optic", "No", p=[0.34, 0.44, 0.22])
    phone = np.where(internet == "DSL", choice("Yes", "No", p=[0.7, 0.3]), "Yes")
    tenure = np.minimum(rng.exponential(35, rows).astype(int), 72)
    lines = np.where(phone == "No", "No phone service", choice("Yes", "No"))
    options = {name: np.where(internet == "No", "No internet service", choice("Yes", "No")) for name in OPTIONS}
    has = {"PhoneService": phone == "Yes", "MultipleLines": lines == "Yes"}
    has |= {"DSL": internet == "DSL", "Fiber optic": internet == "Fiber optic"}
    has |= {name: column == "Yes" for name, column in options.items()}
    monthly = sum(price * has[name] for name, price in PRICES.items()) + rng.normal(0, 1, rows)
    contract = choice("Month-to-month", "One year", "Two year", p=[0.55, 0.21, 0.24])
    payment = choice("Electronic check", "Mailed check", "Bank transfer (automatic)", "Credit card (automatic)")
    leaning = (
        1.3 * (contract == "Month-to-month") + 1.1 * (internet == "Fiber optic") + 0.5 * (payment == "Electronic check")
    )
    leaves = rng.uniform(size=rows) < 1 / (1 + np.exp(1.9 + tenure / 30 - leaning))
    total = np.where(tenure == 0, " ", np.round(tenure * monthly, 2).astype(str))
    return pd.DataFrame(
        {
            "customerID": [f"{number:04d}-MADE" for number in range(rows)],
            "gender": choice("Female", "Male"),
            "SeniorCitizen": choice(0, 1, p=[0.84, 0.16]).astype(int),
            "Partner": choice("Yes", "No"),
            "Dependents": choice("Yes", "No", p=[0.3, 0.7]),
            "tenure": tenure,
            "PhoneService": phone,
            "MultipleLines": lines,
            "InternetService": internet,
            **options,
            "Contract": contract,
            "PaperlessBilling": choice("Yes", "No", p=[0.6, 0.4]),
            "PaymentMethod": payment,
            "MonthlyCharges": monthly.round(2),
            "TotalCharges": total,
            "Churn": np.where(leaves, "Yes", "No"),
        }
    )


def made_up_sonar(rows=208, seed=0):
    """Echoes that nobody heard: a bump over the bands, higher up for mines."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % 2
    middle = rng.normal(24 + 8 * y, 7)[:, None]
    x = np.exp(-(((np.arange(60) - middle) / 12) ** 2)) + rng.normal(0, 0.15, (rows, 60))
    return x.clip(0, 1).astype("float32"), y.astype("float32")


def write_made_up(folder, customers):
    """Writes both made-up tables as files of the form and name that the real ones have."""
    made_up_churn(customers).to_csv(folder / "customer_churn.csv", index=False)
    x, y = made_up_sonar()
    pd.DataFrame(x).assign(kind=np.where(y, "M", "R")).to_csv(folder / "sonar_dataset.csv", header=False, index=False)
