namespace Parley.Testing.Rhai;

/// <summary>What kind of thing stopped a script.</summary>
public enum RhaiErrorKind
{
    /// <summary>The text is not a script.</summary>
    Syntax,

    /// <summary>A function nobody knows, or none with arguments of these types.</summary>
    UnknownFunction,

    /// <summary>A variable, constant, module or property nobody knows.</summary>
    UnknownVariable,

    /// <summary>A value of a type that does not fit.</summary>
    Arguments,

    /// <summary>An overflow, an index out of bounds, a division by zero and the like.</summary>
    Runtime,

    /// <summary>The script's own <c>throw</c>.</summary>
    Thrown,

    /// <summary>What a function of the host threw: <see cref="Exception.InnerException"/>.</summary>
    Host,

    /// <summary>A limit on steps, depth or sizes. A script cannot catch it.</summary>
    Limit,

    /// <summary>Cancelled from outside. A script cannot catch it.</summary>
    Stopped,

    /// <summary>The host ends the script on purpose, as <c>skip</c> and <c>exit</c> do. A script cannot catch it.</summary>
    Signal,
}
