"""Reading HDF5 files that may come from anybody, in Python.

The HDF5 library is made for files that are whole: single changed bytes make it loop or end the process. This reader
knows the part of the format that h5py writes for models, looks at nothing outside of the file, follows no reference
twice, and raises `DamagedFile` for everything else.
Source: HDF5 File Format Specification 3.0 (https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html).
"""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__, {"DamagedFile": "content", "Dataset": "objects", "Group": "objects", "open_file": "objects"}
)
