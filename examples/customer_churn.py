"""Which customers leave? A table of text and numbers with holes: clean, one-hot, scale, train, report.

python examples/customer_churn.py [--epochs 20]
"""

import argparse

import keraunos as keras
import pandas as pd
import tables
from sklearn.metrics import classification_report, confusion_matrix
from sklearn.model_selection import train_test_split

NUMBERS = ["tenure", "MonthlyCharges", "TotalCharges"]
SEVERAL = ["InternetService", "Contract", "PaymentMethod"]


def clean(table):
    """Every column a number, no row with holes: 26 inputs and `Churn`."""
    # A name says nothing. A new customer's total is " ": pandas reads the column as text, and we leave out 11 rows.
    table = table.drop(columns="customerID")
    table["TotalCharges"] = pd.to_numeric(table["TotalCharges"], errors="coerce")
    table = table.dropna()
    # "No internet service" is a No that another column says already.
    table = table.replace({"No internet service": "No", "No phone service": "No"})
    words = {"Yes": 1, "No": 0, "Female": 1, "Male": 0}
    two = [name for name in table.columns if set(table[name].unique()) <= set(words)]
    table[two] = table[two].apply(lambda column: column.map(words))
    # Three kinds of contract are not 0, 1, 2, as if two years were twice one year: a column of 0 and 1 for each.
    return pd.get_dummies(table, columns=SEVERAL, dtype=float)


def split(table, seed=0):
    """(x_train, x_test, y_train, y_test): a fifth to judge by, with as many who leave; numbers from 0 to 1."""
    x, y = table.drop(columns="Churn").astype("float32"), table["Churn"].to_numpy("float32")
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=seed, stratify=y)
    # Scaled by what is known of the rows to learn from: the others are the future.
    low, high = x_train[NUMBERS].min(), x_train[NUMBERS].max()
    x_train, x_test = (part.assign(**(part[NUMBERS] - low) / (high - low)) for part in (x_train, x_test))
    return x_train.to_numpy(), x_test.to_numpy(), y_train, y_test


def build(loss="binary_crossentropy"):
    """The network."""
    model = keras.Sequential([
        keras.Input((26,)),
        keras.layers.Dense(26, activation="relu"),
        keras.layers.Dense(15, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ])  # fmt: skip
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def predict(model, x):
    """0 or 1 for every row."""
    return (model.predict(x, verbose=0)[:, 0] > 0.5).astype(int)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args()
    table = tables.churn()
    print("read:", table.shape[0], "rows,", table.shape[1], "columns; TotalCharges is", table["TotalCharges"].dtype)
    cleaned = clean(table)
    print(f"cleaned: {len(cleaned)} rows, {len(cleaned.columns)} columns; {cleaned['Churn'].mean():.1%} leave")
    shares = (table["Churn"] == "Yes").groupby(table["Contract"]).mean()
    print("who leaves, by contract:", ", ".join(f"{name} {share:.0%}" for name, share in shares.items()))
    x_train, x_test, y_train, y_test = split(cleaned)

    keras.utils.set_random_seed(0)
    model = build()
    model.summary()
    history = model.fit(x_train, y_train, epochs=options.epochs, validation_data=(x_test, y_test), verbose=0).history
    for epoch in sorted({0, options.epochs // 2, options.epochs - 1}):
        print(f"epoch {epoch + 1}: loss {history['loss'][epoch]:.4f}, test loss {history['val_loss'][epoch]:.4f}")

    predicted = predict(model, x_test)
    print(classification_report(y_test, predicted, target_names=["stays", "leaves"], zero_division=0))
    print("confusion matrix (rows: truth, columns: prediction):")
    print(confusion_matrix(y_test, predicted))
    print(f'saying "stays" of everybody is right in {1 - y_test.mean():.1%}: accuracy alone says little')


if __name__ == "__main__":
    main()
