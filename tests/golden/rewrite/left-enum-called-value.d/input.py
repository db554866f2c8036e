import enum

Color = enum.Enum("Color", "RED GREEN")
