/** An Ignition config of any version from 3.0 to 3.6, as far as a host can be held against it. */

export interface Resource {
  readonly source?: string;
  readonly compression?: string;
  readonly verification?: { readonly hash?: string };
}

export interface Named {
  readonly id?: number;
  readonly name?: string;
}

export interface PathNode {
  readonly path: string;
  readonly overwrite?: boolean;
  readonly user?: Named;
  readonly group?: Named;
}

export interface IgnitionFile extends PathNode {
  readonly contents?: Resource;
  readonly append?: readonly Resource[];
  readonly mode?: number;
}

export interface IgnitionDirectory extends PathNode {
  readonly mode?: number;
}

export interface IgnitionLink extends PathNode {
  readonly target?: string;
  readonly hard?: boolean;
}

export interface DropIn {
  readonly name: string;
  readonly contents?: string;
}

export interface IgnitionUnit {
  readonly name: string;
  readonly enabled?: boolean;
  readonly mask?: boolean;
  readonly contents?: string;
  readonly dropins?: readonly DropIn[];
}

export interface IgnitionUser {
  readonly name: string;
  readonly passwordHash?: string;
  readonly sshAuthorizedKeys?: readonly string[];
  readonly uid?: number;
  readonly gecos?: string;
  readonly homeDir?: string;
  readonly primaryGroup?: string;
  readonly groups?: readonly string[];
  readonly shell?: string;
  readonly shouldExist?: boolean;
}

export interface IgnitionGroup {
  readonly name: string;
  readonly gid?: number;
  readonly passwordHash?: string;
  readonly shouldExist?: boolean;
}

export interface IgnitionConfig {
  readonly ignition: {
    readonly version: string;
    readonly config?: { readonly merge?: readonly Resource[]; readonly replace?: Resource };
  };
  readonly storage?: {
    readonly files?: readonly IgnitionFile[];
    readonly directories?: readonly IgnitionDirectory[];
    readonly links?: readonly IgnitionLink[];
    readonly disks?: readonly { readonly device: string }[];
    readonly raid?: readonly { readonly name: string }[];
    readonly filesystems?: readonly { readonly device: string }[];
    readonly luks?: readonly { readonly name: string }[];
  };
  readonly systemd?: { readonly units?: readonly IgnitionUnit[] };
  readonly passwd?: { readonly users?: readonly IgnitionUser[]; readonly groups?: readonly IgnitionGroup[] };
  readonly kernelArguments?: {
    readonly shouldExist?: readonly string[];
    readonly shouldNotExist?: readonly string[];
  };
}
