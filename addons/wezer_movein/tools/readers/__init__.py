"""One module for each system whose exports can be moved in. Runs without Odoo.

A module has

* ``NAME``: the word for ``--from``;
* ``recognise(files, options)``: how many of ``files`` (:class:`..content.SourceFile`)
  are of this system, by their headings; 0 where it is another one. It sets no role;
* ``read(files, options)``: returns the :class:`..content.Content`, and sets role,
  encoding, separator, rows and unused headings of each file;
* ``refusal(files)``, where it is wanted: why files of this system that nobody can read
  are refused; empty where they are of another one.

:param dict options: what an administrator said: ``code`` of the community,
    ``time_zone``, ``currency``, answers that a layout asks for
"""
